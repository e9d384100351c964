namespace CM.Driver;

/// <summary>A mistake that the user can mend; its message is one clear line.</summary>
internal sealed class UserError(string message) : Exception(message)
{
    public const int ExitCode = 2;
}

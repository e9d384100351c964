namespace CM.Runtime;

/// <summary>Name of this program, for the commands that it prints.</summary>
internal static class ProgramName
{
    private const string Variable = "CM_PROGRAM";

    /// <summary>A command line that can be pasted into a shell.</summary>
    public static string Command(params IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Select(Quote).Prepend(Program));

    private static string Program => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name ? name : "dotnet run --";

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+:=,".Contains(letter))
            ? argument
            : $"'{argument.Replace("'", "'\\''")}'";
}

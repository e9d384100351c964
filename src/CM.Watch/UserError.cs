namespace CM.Watch;

/// <summary>A mistake that the user can mend; the message says what, where and how.</summary>
internal sealed class UserError(string message, Exception? inner = null) : Exception(message, inner);

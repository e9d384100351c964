namespace CM.Runtime;

/// <summary>
/// Something the user can mend. The message is one line: what, where, what was expected, what to do. The program ends with code 2.
/// </summary>
/// <param name="message">One line.</param>
/// <param name="inner">Cause, shown with <c>--verbose</c>.</param>
public sealed class UserError(string message, Exception? inner = null) : Exception(message, inner);

using CM.Driver;

try
{
    return new CommandTable(Workspace.Find(AppContext.BaseDirectory)).Run(args);
}
catch (Exception error) when (error is UserError or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"cm: {error.Message}");
    return UserError.ExitCode;
}

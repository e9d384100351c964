using System.CommandLine;
using System.CommandLine.Invocation;

namespace CM.Cli;

/// <summary>
/// The command line of a program with experiments: <c>list</c>, <c>describe</c>, <c>train</c>, <c>sample</c>, <c>evaluate</c>,
/// <c>compare</c>, <c>train-features</c>, <c>export</c>, <c>import</c>, <c>data</c>, <c>doctor</c>.
/// </summary>
public static class CommandLine
{
    private const int OurFault = 1;
    private const int UsersFault = 2;
    private const int Diverged = 3;

    /// <summary>Runs a command.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="registry">Registry of the experiments.</param>
    /// <param name="own">Commands that this program adds.</param>
    /// <returns> 0 when all went well, 1 for a fault of the program, 2 for one that the user can mend, 3 when a loss is no longer a number.
    /// </returns>
    public static int Run(string[] args, Registry registry, params IEnumerable<Command> own) =>
        Run(args, registry, Console.Out, Console.Error, own);

    /// <summary>Runs a command that writes somewhere else.</summary>
    internal static int Run(string[] args, Registry registry, TextWriter output, TextWriter errors, params IEnumerable<Command> own)
    {
        var verbose = new Option<bool>("--verbose") { Description = "Show where an error came from.", Recursive = true };
        var session = new Session(registry, output);
        var root = new RootCommand("Declares, trains and samples consistency models.")
        {
            ListCommand.New(session),
            DescribeCommand.New(session),
            TrainCommand.New(session),
            SampleCommand.New(session),
            EvaluateCommand.New(session),
            CompareCommand.New(session),
            TrainFeaturesCommand.New(session),
            ExportCommand.New(session),
            ImportCommand.New(session),
            DataCommand.New(session),
            DoctorCommand.New(session),
        };
        foreach (var command in own)
            root.Add(command);
        root.Options.Add(verbose);

        var parsed = root.Parse(args);
        try
        {
            if (parsed.Action is ParseErrorAction)
                throw Misread(parsed);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception exception)
        {
            var (code, message) = Judge(Cause(exception));
            errors.WriteLine($"error: {OneLine(message)}");
            if (parsed.GetValue(verbose))
                errors.WriteLine(exception);
            else if (code == OurFault)
                errors.WriteLine("       (--verbose shows where it came from)");
            return code;
        }
    }

    private static UserError Misread(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand root && parsed.UnmatchedTokens is [var word, ..]
            ? Session.Unknown("command", word, root.Subcommands.Select(command => command.Name))
            : new UserError($"{parsed.Errors[0].Message.TrimEnd('.')}; see --help.");

    private static (int Code, string Message) Judge(Exception cause) => cause switch
    {
        UserError => (UsersFault, cause.Message),
        DivergedException => (Diverged, cause.Message),
        IOException or UnauthorizedAccessException => (UsersFault, cause.Message),
        _ when OutOfMemory.IsCause(cause) =>
            (UsersFault, $"not enough memory for this batch ({cause.Message}); take a smaller one with --batch N."),
        _ when LibTorch.IsMissing(cause) => (UsersFault, $"libtorch is missing, or does not load here; {LibTorch.Remedy}."),
        _ => (OurFault, $"{cause.GetType().Name}: {cause.Message}"),
    };

    /// <summary>Cause of an exception of a static constructor.</summary>
    private static Exception Cause(Exception exception) =>
        exception is TypeInitializationException { InnerException: { } inner } ? Cause(inner) : exception;

    private static string OneLine(string message) =>
        string.Join(' ', message.Split(
            (char[]?)['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}

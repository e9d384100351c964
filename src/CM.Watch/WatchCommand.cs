using System.CommandLine;
using System.CommandLine.Invocation;

namespace CM.Watch;

/// <summary>The command line: <c>cm-watch [RUN…] [--listen ADDRESS]</c>.</summary>
internal static class WatchCommand
{
    private const int OurFault = 1;
    private const int UsersFault = 2;

    /// <summary>Serves until Ctrl-C.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="output">Told where the page is.</param>
    /// <param name="errors">Told what is wrong, in one line.</param>
    /// <param name="started">Called with the page's address once it is served.</param>
    /// <param name="end">Ends serving, as Ctrl-C does.</param>
    /// <returns>0 when all went well, 1 for a fault of the program, 2 for one that the user can mend.</returns>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors, Action<Uri>? started = null, CancellationToken end = default)
    {
        var runs = new Argument<string[]>("RUN") { Description = "Folders of runs, or folders in which there are some. Default: runs.", Arity = ArgumentArity.ZeroOrMore };
        var listen = new Option<string?>("--listen") { Description = $"Address and port of the page. Default: {ListenAddress.Default}. Another machine's browser is only let in with the token that is printed then.", HelpName = "ADDRESS" };
        var root = new RootCommand("Shows training runs in the browser.") { runs, listen };
        root.SetAction(async parsed =>
        {
            var address = ListenAddress.Parse(parsed.GetValue(listen));
            var list = new RunList(parsed.GetValue(runs) ?? []);
            await using var server = await WatchServer.Start(list, address);
            output.WriteLine($"{Count(list.Find().Count)} at {server.Address}");
            output.WriteLine("Ctrl-C ends it.");
            output.Flush();
            started?.Invoke(server.Address);
            await server.Wait(end);
        });
        var parsed = root.Parse(args);
        try
        {
            if (parsed.Action is ParseErrorAction)
                throw new UserError($"{parsed.Errors[0].Message.TrimEnd('.')}; see --help.");
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, CancellationToken.None);
        }
        catch (Exception fault)
        {
            errors.WriteLine($"error: {fault.Message.ReplaceLineEndings(" ")}");
            return fault is UserError or IOException or UnauthorizedAccessException ? UsersFault : OurFault;
        }
    }

    private static string Count(int runs) => runs switch { 0 => "no runs yet,", 1 => "1 run", _ => $"{runs} runs" };
}

using System.CommandLine;
using System.Runtime.InteropServices;
using CM.Cli;
using CM.Generated;

/// <summary><c>demo</c>: trains two moons, then handwritten digits; a few minutes on two cores, without any files.</summary>
internal static class Demo
{
    public static Command New()
    {
        var command = new Command("demo", "Train two moons, then handwritten digits, and show samples of both.");
        command.SetAction(_ => Run(("Moons", 10_000), ("SmallDigits", 1_000)));
        return command;
    }

    private static int Run(params (string Experiment, int Steps)[] acts)
    {
        var stopped = false;
        using var interruption = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => stopped = true);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => stopped = true);
        var pictures = new List<string>();
        foreach (var (experiment, steps) in acts)
        {
            var run = Path.Combine("runs", $"{experiment}-{DateTime.Now:yyyyMMdd-HHmmss}");
            var code = CommandLine.Run(["train", experiment, "--steps", $"{steps}", "--out", run], Declarations.All);
            if (code != 0 || stopped)
                return code;
            pictures.Add(Directory.GetFiles(Path.Combine(run, "samples")).Max()!);
        }
        Console.WriteLine($"pictures: {string.Join(", ", pictures)}");
        return 0;
    }
}

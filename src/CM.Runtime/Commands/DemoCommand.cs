using System.CommandLine;

namespace CM.Runtime;

/// <summary><c>demo</c>: trains the two samples, a minute on points and three on digits.</summary>
internal static class DemoCommand
{
    /// <summary>Steps that fit about one and three minutes on two cores.</summary>
    private static readonly (string Experiment, int Steps)[] Acts = [("Moons", 20_000), ("Digits", 2_000)];

    public static Command New(Session session)
    {
        var data = Options.Data();
        var device = Options.Device();
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new Command("demo", "Train points for about a minute, then digits for about three where they are found.") { data, device, threads, json };
        command.SetAction(parsed =>
        {
            foreach (var (name, steps) in Acts)
            {
                var experiment = session.Experiment(name);
                var display = session.Display(parsed.GetValue(json));
                try
                {
                    Examples.Open(experiment.Plan, parsed.GetValue(data));
                }
                catch (UserError missing) when (name != Acts[0].Experiment && parsed.GetValue(data) is null)
                {
                    display.Say($"{name} is left out. {missing.Message}");
                    continue;
                }
                new TrainRequest
                {
                    Experiment = experiment,
                    Steps = steps,
                    Data = parsed.GetValue(data),
                    Device = parsed.GetValue(device),
                    Threads = parsed.GetValue(threads),
                }.Run(display);
            }
        });
        return command;
    }
}

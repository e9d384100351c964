using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary><c>evaluate RUN</c>: judges the samples of a trained model.</summary>
internal static class EvaluateCommand
{
    private const int UsualSamples = 2000;

    public static Command New(Session session)
    {
        var run = new Argument<string>("RUN") { Description = "Folder of a run." };
        var samples = new Option<int?>("--samples")
        {
            Description = "How many samples. Default: as declared by [Evaluate], else 2000.",
            HelpName = "N",
        };
        var steps = new Option<string?>("--steps")
        {
            Description = "How many steps of the sampler, separated by commas. Default: 1 and all.",
            HelpName = "N,N",
        };
        var restored = new Option<string?>("--restore")
        {
            Description = "Times, separated by commas: also judge data that were noised to each and restored in one step (dFID_t).",
            HelpName = "T,T",
        };
        var features = new Option<string?>("--features")
        {
            Description = "File of the network that judges images: TorchScript, or weights of Inception. Default: "
                + "the classifier that [Evaluate] names.",
            HelpName = "FILE",
        };
        var protocol = new Option<string?>("--protocol")
        {
            Description = "How images become bytes for --features, and by what covariances are divided: stylegan, "
                + "torchmetrics or gc. Default: stylegan.",
            HelpName = "NAME",
        };
        var average = Options.Average();
        var seed = Options.Seed();
        var data = Options.Data();
        var device = Options.Device();
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new Command("evaluate", "Judge the samples of the newest checkpoint of a run.")
        {
            run, samples, steps, restored, features, protocol, average, seed, data, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            LibTorch.UseThreads(parsed.GetValue(threads));
            var where = LibTorch.DeviceOf(parsed.GetValue(device));
            var folder = RunFolder.Open(parsed.GetRequiredValue(run));
            using var checkpoint = folder.OpenNewest();
            var state = checkpoint.State;
            var experiment = session.Experiment(state);
            var plan = experiment.Plan;
            state.CheckSame(plan, checkpoint.Name);
            var wanted = Steps(parsed.GetValue(steps), plan);
            var times = Times(parsed.GetValue(restored));
            var count = Arguments.AtLeastOne(parsed.GetValue(samples) ?? plan.Evaluation?.Samples ?? UsualSamples, "--samples");
            using var network = Features.Open(plan, parsed.GetValue(features), parsed.GetValue(protocol), where);
            using var training = experiment.NewTraining(new TrainingSetup(state.Steps, state.Batch, state.Seed, where));
            checkpoint.Load(training);
            var weights = folder.Weights(training, state.Step, parsed.GetValue(average));
            var examples = Examples.Open(plan, parsed.GetValue(data));
            using var evaluator = new Evaluator(plan, examples, network, parsed.GetValue(seed) ?? state.Seed, where);
            var judged = wanted.Select(each => evaluator.Judge(training, weights, each, count)).ToList();
            var again = times.Select(time => (Time: time, Judged: evaluator.JudgeRestored(training, weights, time, count))).ToList();

            if (parsed.GetValue(json))
                session.Write(new JsonObject
                {
                    ["experiment"] = plan.Name,
                    ["checkpoint"] = checkpoint.Name,
                    ["step"] = state.Step,
                    ["samples"] = count,
                    ["features"] = network?.Name,
                    ["results"] = new JsonArray([.. judged.Select(each => With(each, "steps", each.Steps))]),
                    ["restored"] = new JsonArray([.. again.Select(each => With(each.Judged, "time", each.Time))]),
                });
            else
                Print(session, $"{plan.Name} after {state.Step:N0} steps, "
                    + $"{count:N0} samples{(network is null ? "" : $", features of {network.Name}")}", judged, again);
        });
        return command;
    }

    private static JsonObject With(Judgement judged, string key, JsonNode value)
    {
        var json = judged.ToJson();
        json.Insert(0, key, value);
        return json;
    }

    private static void Print(Session session, string title, List<Judgement> judged, List<(double Time, Judgement Judged)> restored)
    {
        session.Output.WriteLine(title);
        Write("Steps", judged.Select(each => ($"{each.Steps}", each)));
        if (restored.Count == 0)
            return;
        session.Output.WriteLine();
        Write("Restored from", restored.Select(each => (Numbers.Short(each.Time), each.Judged)));

        void Write(string head, IEnumerable<(string Name, Judgement Judged)> rows) => session.Write(
        [
            [head, .. rows.First().Judged.Values.Select(value => value.Key)],
            .. rows.Select(IReadOnlyList<string> (row) => [row.Name, .. row.Judged.Values.Select(value => Numbers.Short(value.Value))]),
        ]);
    }

    private static List<int> Steps(string? given, ExperimentPlan plan)
    {
        var all = plan.SampleTimes.Length;
        if (given is null)
            return [.. new[] { 1, all }.Distinct()];
        return [.. given.Split(',').Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var steps) && steps >= 1 && steps <= all
                ? steps
                : throw new UserError($"--steps {given}: whole numbers from 1 to {all}, separated by commas, were expected; "
                    + $"{plan.Name} declares {all} sampling time{(all == 1 ? "" : "s")}."))];
    }

    private static List<double> Times(string? given) => given is null ? [] : [.. given.Split(',').Select(text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) && time > 0 && double.IsFinite(time)
            ? time
            : throw new UserError($"--restore {given}: times above 0, separated by commas, were expected."))];
}

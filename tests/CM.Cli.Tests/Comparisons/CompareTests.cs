using System.Text.Json.Nodes;

namespace CM.Cli.Tests;

/// <summary><c>compare</c>: what is trained, what is done again, what the table says.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly Scratch scratch = new();
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();
    private int stepsDone;

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void All_of_a_group_are_trained_once_and_judged()
    {
        Run("compare", "tiny", "--out", scratch["tiny"]).ShouldBe(0, errors.ToString());
        stepsDone.ShouldBe(2 * (40 + 20));
        var table = JsonNode.Parse(File.ReadAllText(scratch["tiny/table.json"]))!;
        var rows = table["rows"]!.AsArray();
        rows.Select(row => row!["experiment"]!.GetValue<string>()).ShouldBe(["First", "Second"]);
        rows.ShouldAllBe(row => row!["metric"]!.GetValue<string>() == "sliced_wasserstein");
        rows.Select(row => row!["steps"]!.GetValue<int>()).ShouldBe([40, 20]);
        foreach (var run in rows.SelectMany(row => row!["runs"]!.AsArray()))
        {
            run!["judged"]!["1"]!["sliced_wasserstein"]!.GetValue<double>().ShouldBeGreaterThan(0);
            run["judged"]!["2"]!["energy_distance"]!.GetValue<double>().ShouldBeGreaterThan(0);
            run["gradient_variance"]!.GetValue<double>().ShouldBeGreaterThan(0);
        }
        // The first is judged after 10, 20 and 30 of its steps; the second is done after 20.
        rows[0]!["runs"]![0]!["early"]!.AsArray().Count(value => value is not null).ShouldBe(3);
        rows[1]!["runs"]![0]!["early"]!.AsArray().Count(value => value is not null).ShouldBe(2);
        File.ReadAllText(scratch["tiny/table.md"]).ShouldContain("| First | TwoMoons | Independent | 40 |");
        File.Exists(scratch["tiny/Second.png"]).ShouldBeTrue();
        output.ToString().ShouldContain("sliced wasserstein to the data, 2 seeds");

        Run("compare", "tiny", "--out", scratch["tiny"]).ShouldBe(0, errors.ToString());
        stepsDone.ShouldBe(2 * (40 + 20));
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on()
    {
        Run("train", "First", "--steps", "25", "--out", scratch["tiny/First-3"]).ShouldBe(0, errors.ToString());
        Run("compare", "tiny", "--seeds", "1", "--out", scratch["tiny"]).ShouldBe(0, errors.ToString());
        stepsDone.ShouldBe(40 + 20);
    }

    [Fact]
    public void A_share_of_the_steps_is_enough_for_a_look()
    {
        Run("compare", "tiny", "--quick", "--out", scratch["quick"]).ShouldBe(0, errors.ToString());
        stepsDone.ShouldBe(4 + 2);
    }

    [Theory]
    [InlineData("There is no comparison 'tini'; did you mean 'tiny'? There are: small, tiny.", "compare", "tini")]
    [InlineData("--share 0: a number above 0 and at most 1 was expected.", "compare", "tiny", "--share", "0")]
    [InlineData("--seeds 0: a whole number from 1 on was expected.", "compare", "tiny", "--seeds", "0")]
    public void What_cannot_be_compared_is_said(string message, params string[] args)
    {
        Run(args).ShouldBe(2);
        errors.ToString().ShouldBe($"error: {message}{Environment.NewLine}");
    }

    [Fact]
    public void A_stage_before_must_belong_to_the_group()
    {
        var lonely = Tiny.With(Compared("Lonely", 20) with { Origin = new Origin("First", Starts: true, Continues: false) });
        CommandLine.Run(["compare", "tiny"], new Registry([lonely], [Tiny.Network]), output, errors).ShouldBe(2);
        errors.ToString().ShouldContain("Lonely: takes weights of First, which is not in the comparison; declare [Compare] on it too.");
    }

    [Fact]
    public void Samples_of_a_run_are_judged()
    {
        Run("train", "First", "--out", scratch["run"]).ShouldBe(0, errors.ToString());
        output.GetStringBuilder().Clear();
        Run("evaluate", scratch["run"], "--samples", "200", "--steps", "2,1", "--json").ShouldBe(0, errors.ToString());
        var judged = JsonNode.Parse(output.ToString())!;
        judged["samples"]!.GetValue<int>().ShouldBe(200);
        judged["results"]!.AsArray().Select(result => result!["steps"]!.GetValue<int>()).ShouldBe([2, 1]);
        Run("evaluate", scratch["run"], "--steps", "3").ShouldBe(2);
        errors.ToString()
            .ShouldContain("--steps 3: whole numbers from 1 to 2, separated by commas, were expected; First declares 2 sampling times.");
    }

    [Fact]
    public void A_run_judges_on_its_schedule_and_keeps_the_best()
    {
        var plan = Compared("First", 40) with { Evaluation = new EvaluationPlan(15, 100, null) };
        var registry = new Registry([Tiny.With(plan)], [Tiny.Network]);
        CommandLine.Run(["train", "First", "--out", scratch["run"], "--keep", "1"], registry, output, errors)
            .ShouldBe(0, errors.ToString());
        var judged = RunLog.Read(scratch["run/log.jsonl"]).Where(line => line.ContainsKey("sliced_wasserstein/2")).ToList();
        judged.Select(line => line["step"]!.GetValue<int>()).ShouldBe([15, 30, 40]);
        judged.ShouldAllBe(line => line.ContainsKey("energy_distance/1"));
        var best = judged.MinBy(line => line["sliced_wasserstein/2"]!.GetValue<double>())!["step"]!.GetValue<int>();
        RunFolder.Open(scratch["run"]).Checkpoints.Best.ShouldEndWith($"step-{best:D6}.safetensors");
    }

    private int Run(params string[] args)
    {
        Experiment[] experiments = [Counted(Compared("First", 40)), Counted(Compared("Second", 20))];
        return CommandLine.Run(args, new Registry(experiments, [Tiny.Network]), output, errors);
    }

    private Experiment Counted(ExperimentPlan plan) => Tiny.With(plan, afterStep: (_, _) => stepsDone++);

    private static ExperimentPlan Compared(string name, int steps) => Tiny.Plan with
    {
        Name = name,
        Steps = steps,
        Declaration = [.. Tiny.Plan.Declaration, new("Coupling", "Independent")],
        Evaluation = new EvaluationPlan(0, 100, null),
        Comparison = new ComparisonPlan(["small", "tiny"], 2),
    };
}

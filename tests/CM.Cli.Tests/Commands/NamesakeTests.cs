using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Cli.Tests;

/// <summary>Declarations of one name in two namespaces: each can be named, and nothing takes one for the other.</summary>
public sealed class NamesakeTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_name_of_several_experiments_is_refused_with_the_choices()
    {
        Run(2, Both, "train", "Exp", "--out", scratch["a"])
            .ShouldBe("error: There is more than one experiment 'Exp'; give the full name: Lab.First.Exp, Lab.Second.Exp.");
        Run(2, Both, "train", "Exq").ShouldContain("There are: Lab.First.Exp, Lab.Second.Exp, Other.");
        Directory.Exists(scratch["a"]).ShouldBeFalse();
    }

    [Theory, InlineData("Lab.Second.Exp"), InlineData("Second.Exp")]
    public void A_qualified_name_selects_one_of_them(string name)
    {
        Run(0, Both, "train", name, "--steps", "2", "--out", scratch["a"]).ShouldContain($"train Lab.Second.Exp --resume {scratch["a"]}");
        Described("a")["experiment"]!.GetValue<string>().ShouldBe("Lab.Second.Exp");
        Described("a")["batch"]!.GetValue<int>().ShouldBe(16);
        Run(0, Both, "train", "Lab.Second.Exp", "--resume", scratch["a"], "--steps", "3").ShouldContain("3 of 3 steps done");
        Run(2, Both, "train", "Lab.First.Exp", "--resume", scratch["a"])
            .ShouldContain("a checkpoint of Lab.Second.Exp, not of Lab.First.Exp");
        Run(0, Both, "sample", scratch["a"]).ShouldContain("samples of Lab.Second.Exp after 3 steps");
    }

    [Fact]
    public void A_name_of_its_own_stays_short_and_can_be_qualified()
    {
        Run(0, Both, "train", "Lab.First.Other", "--steps", "1", "--out", scratch["a"]).ShouldContain("train Other --resume");
        JsonNode.Parse(Run(0, Both, "list", "--json"))!["experiments"]!.AsArray().Select(each => each!["name"]!.GetValue<string>())
            .ShouldBe(["Lab.First.Exp", "Lab.Second.Exp", "Other"]);
    }

    /// <summary>A run that was made when no other experiment had its name is told by its declaration.</summary>
    [Fact]
    public void A_run_is_found_after_a_namesake_came()
    {
        Run(0, Alone, "train", "Exp", "--steps", "2", "--out", scratch["a"]).ShouldContain("train Exp --resume");
        Run(0, Both, "sample", scratch["a"]).ShouldContain("samples of Exp after 2 steps");
        Run(0, Both, "train", "Lab.First.Exp", "--resume", scratch["a"], "--steps", "3").ShouldContain("3 of 3 steps done");
        var twins = new Registry([Declared("Lab.First.Exp", 32), Declared("Lab.Third.Exp", 32)], []);
        Run(0, Alone, "train", "Exp", "--steps", "2", "--out", scratch["b"]);
        Run(2, twins, "sample", scratch["b"])
            .ShouldContain("more than one experiment 'Exp'; give the full name: Lab.First.Exp, Lab.Third.Exp.");
    }

    [Fact]
    public void A_network_is_described_under_its_full_name()
    {
        NetworkPlan Called(string name) => Tiny.Network with { FullName = name };
        var networks = new Registry([], [Called("Lab.First.TinyDenoiser"), Called("Lab.Second.TinyDenoiser")]);
        Run(2, networks, "describe", "TinyDenoiser").ShouldContain("more than one experiment or network 'TinyDenoiser'");
        Run(0, networks, "describe", "Second.TinyDenoiser").ShouldStartWith("Network Lab.Second.TinyDenoiser: ");
    }

    [Fact]
    public void Weights_come_from_a_run_of_the_experiment_that_is_meant()
    {
        var tuned = Tiny.With(Plan("Lab.Second.Tuned", 16) with { Origin = new Origin("Lab.Second.Exp", Starts: true, Continues: false) });
        var all = Both with { Experiments = [.. Both.Experiments, tuned] };
        Run(0, all, "train", "Lab.First.Exp", "--steps", "1", "--out", scratch["first"]);
        Run(0, all, "train", "Lab.Second.Exp", "--steps", "1", "--out", scratch["second"]);
        Run(2, all, "train", "Tuned", "--from", scratch["first"])
            .ShouldContain("a run of Lab.First.Exp, but Tuned takes weights of Lab.Second.Exp");
        Run(0, all, "train", "Tuned", "--from", scratch["second"], "--steps", "1", "--out", scratch["tuned"])
            .ShouldContain("weights of " + scratch["second"]);
    }

    [Fact]
    public void A_classifier_goes_by_one_name_in_its_command_and_in_evaluations()
    {
        ClassifierPlan[] judges = [Judge("Lab.First.Judge"), Judge("Lab.Second.Judge")];
        var judged = Tiny.With(Plan("Lab.Second.Exp", 32) with { Evaluation = new EvaluationPlan(0, 2, judges[1] with { }) });
        var registry = (new Registry([judged], []) { Classifiers = judges }).WithUniqueNames();
        registry.Classifiers.Select(judge => judge.Name).ShouldBe(["Lab.First.Judge", "Lab.Second.Judge"]);
        registry.Experiments[0].Plan.Evaluation!.Classifier!.Name.ShouldBe("Lab.Second.Judge");
        registry.Experiments[0].Plan.Name.ShouldBe("Exp");
        registry.WithUniqueNames().Classifiers.Select(judge => judge.Name).ShouldBe(["Lab.First.Judge", "Lab.Second.Judge"]);
    }

    private static Registry Alone => new([Declared("Lab.First.Exp", 32)], []);

    private static Registry Both =>
        new([Declared("Lab.First.Exp", 32), Declared("Lab.Second.Exp", 16), Declared("Lab.First.Other", 32)], []);

    private static Experiment Declared(string fullName, int batch) => Tiny.With(Plan(fullName, batch));

    private static ExperimentPlan Plan(string fullName, int batch) => Tiny.Plan with
    {
        Name = fullName[(fullName.LastIndexOf('.') + 1)..],
        FullName = fullName,
        Batch = batch,
        Declaration = [new("Data", "TwoMoons"), new("Batch", $"{batch}")],
    };

    private static ClassifierPlan Judge(string fullName) => new()
    {
        Name = "Judge",
        FullName = fullName,
        Steps = 1,
        Batch = 2,
        LearningRate = 1e-3,
        Seed = 1,
        Data = new Mnist(),
        Test = new MnistTest(),
        DataShape = [1, 28, 28],
        Classes = 10,
        Features = 4,
        Layout = Tiny.Layout,
        NewModule = _ => throw new NotSupportedException(),
    };

    private JsonNode Described(string run) => JsonNode.Parse(File.ReadAllText(Path.Combine(scratch[run], "run.json")))!;

    private static string Run(int code, Registry registry, params string[] args)
    {
        using StringWriter output = new(), errors = new();
        CommandLine.Run(args, registry, output, errors).ShouldBe(code, output.ToString() + errors);
        return code == 0 ? output.ToString().Trim() : errors.ToString().Trim();
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using CM.Runtime;
using Microsoft.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Experiments with labels: what is generated, what is said about mistakes, whose label a sample gets.</summary>
public sealed class LabelsTests
{
    private const string Library = """
        [Shape(2), Classes(3)]
        public sealed record Spots : ILabelledExamples
        {
            public int Count => 9;
            public void Read(int index, System.Span<float> values) => values.Fill(Label(index));
            public int Label(int index) => index % 3;
        }

        [Network]
        public sealed partial record Encoder
        {
            [Linear(2, 2)]           public partial Layer Place     { get; }
            [ClassEmbedding(3, 2)]   public partial Layer Kind      { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B", 3)] Value labels)
            {
                var mean = (x | Place) + (labels | Kind);
                return (mean, mean | Softplus);
            }
        }

        [Coupling]
        public sealed partial record VariationalNoise
        {
            [Block<Encoder>]                 public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 30)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise, Value labels)
            {
                var (mean, deviation) = (data, labels) | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        """;

    private const string Couplings = """
        [Coupling]
        public sealed partial record InducedVariational
        {
            [Nested<VariationalNoise>] public partial Layer Vary     { get; }
            [Model(Weights.Student)]     public partial Layer Generate { get; }
            [Bernoulli(0.5)]                 public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times)
            {
                var (x, z) = (data, noise) | Vary;
                return new(Mix.Select((x + times.R * z, times.R) | Generate, x), z);
            }
        }

        [Coupling]
        public sealed partial record InducedMatched
        {
            [Nested<MinibatchOT>]  public partial Layer Match    { get; }
            [Model(Weights.Student)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]             public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times)
            {
                var (x, z) = (data, noise) | Match;
                return new(Mix.Select((x + times.R * z, times.R) | Generate, x), z);
            }
        }

        """;

    private const string Rest = """
        [Network]
        public sealed partial record Tiny : IDenoiser
        {
            [Linear(2, 16)]         public partial Layer In   { get; }
            [ClassEmbedding(3, 16)] public partial Layer Kind { get; }
            [Linear(16, 2)]         public partial Layer Out  { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level, [Shape("B", 3)] Value labels) => ((x | In) + level + (labels | Kind)) | SiLU | Out;
        }

        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Edm), LogNormal(-1.1, 2)]
        public sealed partial record FirstSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => Max(0, t - 0.5);
        }

        [TimeSchedule(1, 80, Preconditioning = Preconditioning.Edm), LogStudentT(0, 0.2, 0.01)]
        public sealed partial record SecondSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0.75 * t;
        }

        [TimeSchedule(0.002, 80, Preconditioning = Preconditioning.Edm), LogNormal(-1.2, 1.2)]
        public sealed partial record EdmSchedule : ITimeSchedule
        {
            public static double Alpha(double t) => 1;
            public static double Sigma(double t) => t;
            public static double TeacherTime(double t, int stage) => 0;
            public static double Weight(double t, double r) => 1;
        }

        [Experiment(Steps = 100, Batch = 6), Data<Spots>, Model<Tiny>, Coupling<Independent>, Schedule<FirstSchedule>, L2, RAdam(1e-3), Ema(0.9), MultistepSampler(80, 1)]
        public partial record Plain;

        [Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Plain;
        [Experiment, Coupling<InducedVariational>] public sealed partial record Induced : Plain;
        [Experiment, Coupling<InducedMatched>] public sealed partial record Matched : Plain;
        [Experiment, Schedule<EdmSchedule>, HeunSampler(3)] public sealed partial record Diffused : Plain;
        [Experiment, Schedule<SecondSchedule>, InitFrom<Induced>, Truncated, Coupling<InducedVariational>] public sealed partial record Second : Plain;
        """;

    // The label is dropped half of the time; all of a sample's masks come with it.
    private const string Forgetful = """
        [Experiment, Model<Forgetful>] public sealed partial record Dropped : Plain;

        """;

    internal const string All = Library + Couplings + Rest;

    private static readonly TimesDeclared Declared = TimesDeclared.Compile(All + Forgetful + Rest[..Rest.IndexOf("[TimeSchedule", StringComparison.Ordinal)].Replace("Tiny", "Forgetful").Replace("ClassEmbedding(3, 16)", "ClassEmbedding(3, 16, LabelDropout = 0.5)"));

    [Fact]
    public void Right_experiments_are_left_alone() => Source.Diagnose(All).ShouldBeEmpty();

    [Fact]
    public async Task Labels_become_code()
    {
        var files = Source.Generate(All);
        await Snapshot.Match(files["Experiments/Test.Plain.g.cs"], "Experiments.Labelled");
        await Snapshot.Match(files["Experiments/Test.Second.g.cs"], "Experiments.LabelledTruncated");
    }

    [Theory]
    [InlineData("[Shape(2), Classes(3)]", "[Shape(2)]", "CM5013 at 'Data<Spots>': 'Tiny' takes labels of 3 classes, but 'Spots' has none; write [Classes(n)] on it")]
    [InlineData("[Shape(2), Classes(3)]", "[Shape(2), Classes(4)]", "CM5013 at 'Data<Spots>': 'Tiny' takes labels of 3 classes, but 'Spots' has 4")]
    [InlineData("[Shape(\"B\")] Value level, [Shape(\"B\", 3)] Value labels) => ((x | In) + level + (labels | Kind))", "[Shape(\"B\")] Value level, [Shape(\"B\")] Value labels) => ((x | In) + level + labels)", "CM5007 at 'Model<Tiny>': 'Tiny' takes [B, 2], [B], [B], but the model of an experiment takes the noisy data, the noise level [B] and, if it knows classes, their labels [B, N]")]
    [InlineData("(data, noise) | Match", "(noise, data) | Match", "CM3005 at 'Coupling<InducedMatched>': 'InducedMatched' does not fit this experiment: 'Match' changes the order of the data, and their labels stay where they are")]
    [InlineData("Couple(Value data, Value noise, Value labels)", "Couple(Value data, Value labels, Value noise, TimePair times, Value more)", "CM3001 at 'Couple': 'VariationalNoise' does not say how data and noise meet; give it 'private Pair Couple(Value data, Value noise)', followed by 'TimePair times' if it needs them and by 'Value labels'")]
    [InlineData("(data, labels) | Encode", "(data, data) | Encode", "CM2005 at 'Encode': 'Encode' takes [B, 3] but 'data' is [B, 2]")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        All.ShouldContain(right);
        Source.Diagnose(All.Replace(right, wrong)).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), string.Join("\n", Source.Diagnose(All.Replace(right, wrong))));
        Source.NewDriver().RunGenerators(Source.Compile(All.Replace(right, wrong))).GetRunResult().Results.ShouldAllBe(result => result.Exception == null);
    }

    /// <summary>A coupling may take labels where the model does not; the data must have as many classes as its network wants.</summary>
    [Theory]
    [InlineData("Spots", "")]
    [InlineData("TwoMoons", "CM5013 at 'Data<TwoMoons>': 'VariationalNoise' takes labels, but 'TwoMoons' has none")]
    [InlineData("Others", "CM3005 at 'Coupling<VariationalNoise>': 'VariationalNoise' does not fit this experiment: with data of shape [B, 2], 'Encode' takes [B, 3] but 'labels' is [B, 5]")]
    public void A_coupling_may_take_labels_alone(string data, string message)
    {
        var source = All + ExperimentsTests.Network + Library[..Library.IndexOf("[Network]", StringComparison.Ordinal)].Replace("Spots", "Others").Replace("Classes(3)", "Classes(5)")
            + $"[Experiment(Steps = 9, Batch = 6), Data<{data}>, Model<MoonsDenoiser>, Coupling<VariationalNoise>, Schedule<FirstSchedule>, L2, RAdam(1e-3), MultistepSampler(80, 1)] public sealed partial record Alone;";
        Source.Diagnose(source).FirstOrDefault("").ShouldStartWith(message);
        if (message.Length > 0)
            return;
        var code = Source.Generate(source)["Experiments/Test.Alone.g.cs"];
        code.ShouldContain("TakesLabels = true;");
        code.ShouldContain("Output(model, x, t));");
    }

    [Fact]
    public void Labels_of_data_are_left_out_where_nobody_takes_them()
    {
        var code = Source.Generate(All + ExperimentsTests.Network + "[Experiment, Model<MoonsDenoiser>] public sealed partial record Blind : Plain;")["Experiments/Test.Blind.g.cs"];
        code.ShouldNotContain("TakesLabels");
        code.ShouldNotContain("labels!");
        code.ShouldNotContain("Classes");
    }

    [Fact]
    public void A_coupling_of_another_assembly_takes_labels_alike()
    {
        Source.Generate("Library", ["namespace Library;\nusing CM.Dsl;\n" + Library], out var library);
        using var image = new MemoryStream();
        library.Emit(image, options: new(metadataOnly: true, includePrivateMembers: false)).Success.ShouldBeTrue();
        var there = Source.Generate("Program", ["using CM.Dsl;\nusing Library;\nusing static System.Math;\nnamespace Test;\n" + Couplings + Rest], out _, MetadataReference.CreateFromImage(image.ToArray()));
        var here = Source.Generate(All);
        foreach (var file in (string[])["Experiments/Test.Varied.g.cs", "Experiments/Test.Second.g.cs"])
            there[file].Replace("global::Library.", "").Replace("new Spots()", "").ShouldBe(here[file].Replace("new Spots()", ""));
    }

    /// <summary>
    /// In another order, a batch has the same losses in that order, also where networks see a part of it; with the labels of other samples
    /// it has not.
    /// </summary>
    [Theory]
    [InlineData("Plain")]
    [InlineData("Varied")]
    [InlineData("Induced")]
    [InlineData("Matched")]
    [InlineData("Second")]
    public void A_sample_keeps_its_label(string experiment)
    {
        using var training = New(experiment);
        using var scope = NewDisposeScope();
        manual_seed(4);
        var batch = new Dictionary<string, Tensor>
        {
            ["data"] = randn(6, 2),
            ["noise"] = randn(6, 2),
            ["t"] = tensor(new[] { 1.5, 2, 3, 4, 5, 6 }),
            ["r"] = tensor(new[] { 0, 0.5, 2, 0, 0.75, 3 }),
            ["labels"] = eye(3).repeat(2, 1),
            ["mix"] = tensor(new[] { true, true, false, false, true, true }),
        };
        if (experiment == "Second")
        {
            batch["r"] = tensor(new[] { 0.2, 0.5, 2, 0.9, 0.75, 3 });
            using (no_grad())
                training.FrozenWeights().Values.mul_(0.5);
        }

        var order = tensor(new long[] { 4, 2, 0, 5, 1, 3 });
        var losses = Losses(training, batch);
        Golden.ShouldMatch(Losses(training, batch.ToDictionary(input => input.Key, input => input.Value.index_select(0, order))), losses.index_select(0, order), 1e-5, "in another order");
        batch["labels"] = batch["labels"].roll(1, 0);
        (Losses(training, batch) - losses).abs().min().item<float>().ShouldBeGreaterThan(1e-6f, "every sample's loss depends on its label");
    }

    [Fact]
    public void Student_and_teacher_forget_the_same_labels()
    {
        using var training = New("Dropped");
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (data, noise, t, labels) = (randn(64, 2), randn(64, 2), linspace(1, 5, 64, dtype: ScalarType.Float64), eye(3).repeat(22, 1).narrow(0, 0, 64));
        Gap(3, 3).ShouldBeLessThan(1e-4f);
        Gap(3, 4).ShouldBeGreaterThan(0.01f, "other masks");

        float Gap(int step, int other)
        {
            var (one, two) = (training.Target("TargetOrData", data, noise, t, labels, step), training.Target("TargetOrData", data, noise, t, labels, other));
            var losses = training.Losses(data, noise, t, t - 1e-9, labels, step);
            (losses * 1e-9).max().item<float>().ShouldBeLessThan(1e-6f, "f(x_t, t) is f(x_r, r) where r is nearly t and masks are the same");
            return (one - two).abs().max().item<float>();
        }
    }

    [Theory]
    [InlineData("Second")]
    [InlineData("Diffused")]
    public void Steps_and_samples_ask_for_labels(string experiment)
    {
        using var training = New(experiment);
        using var scope = NewDisposeScope();
        ((ExperimentPlan)Declared.Type(experiment).GetProperty("Plan")!.GetValue(null)!).Classes.ShouldBe(3);
        manual_seed(6);
        var (data, noise, labels) = (randn(6, 2), (Tensor[])[randn(6, 2), randn(6, 2)], eye(3).repeat(2, 1));
        float.IsFinite(training.Step(data, 0, labels).item<float>()).ShouldBeTrue();
        var samples = training.Sample(training.BestWeights, noise, labels);
        (samples - training.Sample(training.BestWeights, noise, labels.roll(1, 0))).abs().min().item<float>().ShouldBeGreaterThan(0);
        Should.Throw<InvalidOperationException>(() => training.Step(data, 0)).Message.ShouldContain("takes labels");
        Should.Throw<InvalidOperationException>(() => training.Sample(training.BestWeights, noise)).Message.ShouldContain("takes labels");
    }

    private static ConsistencyTrainer New(string experiment) => (ConsistencyTrainer)Activator.CreateInstance(Declared.Type(experiment + "+Trainer"), new TrainingSetup(100, 6, 1, CPU))!;

    // The losses of coupled pairs.
    private static Tensor Losses(ConsistencyTrainer training, Dictionary<string, Tensor> batch)
    {
        var (t, r, labels) = (batch["t"], batch["r"], batch["labels"]);
        var pair = training.Couple(batch["data"], batch["noise"], t, r, labels, batch["mix"]);
        return training.Losses(pair[0], pair[1], t, r, labels);
    }
}

using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Tests;

/// <summary>Couplings: what is generated, what is said about mistakes, what is done again after an edit.</summary>
public sealed class CouplingsTests
{
    internal const string Encoder = """
        [Network]
        public sealed partial record Encoder
        {
            [Linear(2, 2)]           public partial Layer Mean      { get; }

            [return: Shape("B", 2), Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x) => (x | Mean, x | Mean | Softplus);
        }

        """;

    internal const string Variational = """
        [Coupling]
        public sealed partial record VariationalNoise
        {
            [Block<Encoder>]                 public partial Layer Encode { get; }
            [KlToStandardNormal(weight: 30)] public partial Layer Kl     { get; }

            private Pair Couple(Value data, Value noise)
            {
                var (mean, deviation) = data | Encode;
                return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
            }
        }

        """;

    private const string Induced = """
        [Coupling]
        public sealed partial record GeneratorInduced
        {
            [Model(Weights.Ema)] public partial Layer Generate { get; }
            [Bernoulli(0.5)]          public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times) =>
                new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
        }

        """;

    /// <summary>GC over OT, GC over VCT, and the latter over another name for VCT, which takes its own data end.</summary>
    internal const string Nested = """
        [Coupling]
        public sealed partial record InducedMatched
        {
            [Nested<MinibatchOT>]    public partial Layer Match    { get; }
            [Model(Weights.Student)]   public partial Layer Generate { get; }
            [Bernoulli(0, End = 0.8)]      public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times)
            {
                var (x, z) = (data, noise) | Match;
                return new(Mix.Select((x + times.R * z, times.R) | Generate, x), z);
            }
        }

        [Coupling]
        public sealed partial record InducedVariational
        {
            [Nested<VariationalNoise>] public partial Layer Vary     { get; }
            [Model(Weights.Ema)]        public partial Layer Generate { get; }
            [Bernoulli(0.5)]                 public partial Layer Mix      { get; }

            private Pair Couple(Value data, Value noise, TimePair times)
            {
                var (x, z) = (data, noise) | Vary;
                return new(Mix.Select((x + times.R * z, times.R) | Generate, x), z);
            }
        }

        [Coupling]
        public sealed partial record Shrunk
        {
            private const double Share = 0.5;
            [Nested<InducedVariational>] public partial Layer Inner { get; }
            [Nested<Independent>]        public partial Layer Same  { get; }

            private Pair Couple(Value mean, Value deviation)
            {
                var ends = (mean, Share * deviation) | Inner;
                var (x, z) = ends | Same;
                return new(x, z);
            }
        }

        [Experiment, Coupling<Shrunk>] public sealed partial record OverBoth : Moons;
        [Experiment, Coupling<InducedMatched>] public sealed partial record OverOT : Moons;
        [Experiment, Coupling<InducedVariational>] public sealed partial record OverVct : Moons;

        """;

    internal const string All = TimesTests.Easy + TimesTests.Linear + ExperimentsTests.Network + ExperimentsTests.Moons + Encoder + Variational + Induced + """
        [Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Moons;
        [Experiment, Coupling<GeneratorInduced>, Schedule<LinearSchedule>] public sealed partial record Generated : Moons;
        [Experiment, Coupling<MinibatchOT>] public sealed partial record Matched : Moons;
        """;

    [Fact]
    public void Right_couplings_are_left_alone() => Source.Diagnose(All).ShouldBeEmpty();

    [Fact]
    public Task A_variational_coupling_becomes_code() => Snapshot.Match(Source.Generate(All)["Experiments/Test.Varied.g.cs"], "Couplings.Varied");

    [Fact]
    public Task A_generator_induced_coupling_becomes_code() => Snapshot.Match(Source.Generate(All)["Experiments/Test.Generated.g.cs"], "Couplings.Generated");

    [Fact]
    public void Optimal_transport_is_one_line() =>
        Source.Generate(All)["Experiments/Test.Matched.g.cs"].ShouldContain("Assignment = OptimalTransport.Assign;");

    [Theory]
    [InlineData("data | Encode", "data | Encod", "CM1004 at 'Encod': 'Encod' is neither an input, a local, a layer of this record nor a function. Did you mean 'Encode'?")]
    [InlineData("mean + deviation * noise", "noise / deviation", "CM1003 at 'noise / deviation': Couple cannot express 'noise / deviation'")]
    [InlineData("times.R * noise", "times.RR * noise", "CM1004 at 'times.RR': 'times.RR' is neither an input, a local, a layer of this record nor a function. Did you mean 'times.R'?")]
    [InlineData("(mean, deviation) | Kl", "mean | Kl", "CM2012 at 'Kl': 'Kl' takes 2 values but gets 1")]
    [InlineData("[Shape(\"B\", 2)] Value x) => (x | Mean, x | Mean | Softplus)", "[Shape(\"B\", 2)] Value x) => (x | Mean)", "CM2012")]
    [InlineData("new Pair(data, mean + deviation * noise) {", "new Pair(Value.Cat(data, mean), noise * deviation) {", "CM3003 at 'new Pair(Value.Cat(data, mean), noise * deviation) { Regularization = (mean, deviation) | Kl }': The data end of the pair is [B, 4] but must be [B, 2]")]
    [InlineData("weight: 30", "weight: -1", "CM1008 at 'weight: -1': 'weight' of 'Kl' must be 0 or more")]
    [InlineData("Bernoulli(0.5)", "Bernoulli(1.5)", "CM1008 at '1.5': 'p' of 'Mix' must be from 0 to 1")]
    [InlineData("[Block<Encoder>] ", "[Block<Encoder>, Repeat(2)] ", "CM3004 at 'Block<Encoder>': 'Encode' cannot stand here: a part of a coupling cannot be repeated")]
    [InlineData("private Pair Couple(Value data, Value noise, TimePair times)", "private Pair Couple(Value data, TimePair times, Value noise)", "CM3001 at 'Couple': 'GeneratorInduced' does not say how data and noise meet")]
    [InlineData("RAdam(1e-3), ClipGradNorm(200), Ema(0.999)", "RAdam(1e-3)", "CM3005 at 'Coupling<GeneratorInduced>': 'GeneratorInduced' does not fit this experiment: 'Generate' takes averaged weights")]
    [InlineData("public partial Layer Encode", "public partial Layer Out", "CM3005 at 'Coupling<VariationalNoise>': 'VariationalNoise' does not fit this experiment: both it and 'MoonsDenoiser' have a part 'Out'")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        All.ShouldContain(right);
        var source = All.Replace(right, wrong);
        if (wrong.EndsWith("Layer Out", StringComparison.Ordinal))
            source = source.Replace("data | Encode", "data | Out");
        Source.Diagnose(source).ShouldContain(said => said.StartsWith(message, StringComparison.Ordinal), message);
        if (message.Length > 6)
            Source.Diagnose(source).ShouldHaveSingleItem();
        Source.NewDriver().RunGenerators(Source.Compile(source)).GetRunResult().Results.ShouldAllBe(result => result.Exception == null);
    }

    [Fact]
    public void A_coupling_for_other_data_is_refused_where_it_is_used()
    {
        const string Pixels = """
            [Network]
            public sealed partial record Pixels : IDenoiser
            {
                [return: Shape("B", 1, 28, 28)]
                private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level) => (x | Scale(0.5)) + level;
            }

            [Experiment, Data<Mnist>, Model<Pixels>, Coupling<VariationalNoise>] public sealed partial record Wrong : Moons;
            [Experiment, Data<Mnist>, Model<Pixels>, Coupling<GeneratorInduced>] public sealed partial record Right : Moons;
            """;
        Source.Diagnose(All + Pixels).ShouldHaveSingleItem().ShouldStartWith(
            "CM3005 at 'Coupling<VariationalNoise>': 'VariationalNoise' does not fit this experiment: with data of shape [B, 1, 28, 28], 'Encode' takes [B, 2] but 'data' is [B, 1, 28, 28]: it has 4 axes instead of 2");
        var files = Source.Generate(All + Pixels);
        files["Experiments/Test.Wrong.g.cs"].ShouldContain("CM3005");
        files["Experiments/Test.Right.g.cs"].ShouldContain("positive.view(-1, 1, 1, 1)");
    }

    [Fact]
    public void An_abstract_base_may_leave_the_average_open()
    {
        const string Open = """
            [Experiment(Steps = 9, Batch = 4), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<GeneratorInduced>, Schedule<EctSchedule>, L2, Adam(1e-3), MultistepSampler(80)]
            public abstract partial record Base;
            [Experiment, Ema(0.9)] public sealed partial record Filled : Base;
            [Experiment] public sealed partial record Empty : Base;
            """;
        Source.Diagnose(All + Open).ShouldHaveSingleItem().ShouldStartWith("CM3005 at 'Empty'");
    }

    [Fact]
    public void Parts_of_couplings_do_not_belong_into_networks() =>
        Source.Diagnose("""
            [Network]
            public sealed partial record Odd
            {
                [Bernoulli(0.5)] public partial Layer Mix { get; }

                [return: Shape("B", 2)]
                private Value Forward([Shape("B", 2)] Value x) => x | Mix;
            }
            """).ShouldHaveSingleItem().ShouldStartWith("CM3004 at 'Bernoulli(0.5)': 'Mix' cannot stand here: it belongs into a coupling");

    [Fact]
    public void An_edit_touches_those_it_concerns()
    {
        Caching.ReasonsAfter(All, "// a remark\n" + All, StepNames.ReadCoupling).ShouldAllBe(reason => reason == IncrementalStepRunReason.Cached);
        Caching.ReasonsAfter(All, All.Replace("weight: 30", "weight: 20"), StepNames.ReadExperiment)
            .Count(reason => reason == IncrementalStepRunReason.Modified).ShouldBe(1, "the experiment that uses the coupling");
    }

    [Fact]
    public void Any_parts_and_arithmetic_compile_and_keep_their_order()
    {
        const string Odd = """
            [Coupling]
            public sealed partial record Odd
            {
                [Block<Encoder>]         public partial Layer Model   { get; }
                [Model(Weights.Student)]  public partial Layer Noise   { get; }
                [Bernoulli(0.25)]             public partial Layer Step    { get; }
                [Bernoulli(0.75)]             public partial Layer Setup   { get; }

                private Pair Couple(Value data, Value noise, TimePair times)
                {
                    var (first, second) = data - (noise - 2 * (data + noise)) * -0.5 | Model;
                    var @base = Step.Select(first, second);
                    var end = Setup.Select((@base, times.T - times.R) | Noise, data - (first - second));
                    return new Pair(end, 1 - (noise - first)) { Regularization = 0.5 * (times.T - times.R) };
                }
            }

            [Experiment, Coupling<Odd>] public sealed partial record Strange : Moons;
            """;
        Source.Diagnose(All + Odd).ShouldBeEmpty();
        var code = Source.Generate(All + Odd)["Experiments/Test.Strange.g.cs"];
        code.ShouldContain("data - (noise - 2 * (data + noise)) * (-0.5)");
        code.ShouldContain("1 - (noise - first)");
    }

    [Fact]
    public async Task Couplings_nest()
    {
        Source.Diagnose(All + Nested).ShouldBeEmpty();
        var files = Source.Generate(All + Nested);
        await Snapshot.Match(files["Experiments/Test.OverVct.g.cs"], "Couplings.Nested");
        var matched = files["Experiments/Test.OverOT.g.cs"];
        matched.ShouldContain("var z = OptimalTransport.Assign(data, noise);");
        matched.ShouldContain(".lt(0.8 * step / Setup.Steps)");
        matched.ShouldContain("protected override Tensor CoupledNoise(");
        var twice = files["Experiments/Test.OverBoth.g.cs"];
        twice.ShouldContain("0.5 * noise");
        twice.ShouldContain("KlWeight() * KlToStandardNormal(");
    }

    [Theory]
    [InlineData("[Nested<VariationalNoise>] public partial Layer Vary ", "[Nested<InducedVariational>] public partial Layer Vary ", "CM3004 at 'Nested<InducedVariational>': 'Vary' cannot stand here: 'InducedVariational' would contain itself")]
    [InlineData("[Nested<VariationalNoise>] public partial Layer Vary ", "[Nested<TwoMoons>] public partial Layer Vary ", "CM3004 at 'Nested<TwoMoons>': 'Vary' cannot stand here: 'TwoMoons' has no [Coupling]")]
    [InlineData("[Nested<VariationalNoise>] public partial Layer Vary ", "[Nested<GeneratorInduced>] public partial Layer Vary ", "CM3004 at 'Nested<GeneratorInduced>': 'Vary' cannot stand here: its coupling 'GeneratorInduced' brings a part 'Generate', and there is one of that name")]
    [InlineData("(data, noise) | Vary", "data | Vary", "CM2012 at 'Vary': (dataVary, noiseVary) takes 2 values but gets 1")]
    [InlineData("End = 0.8", "End = 1.8", "CM1008 at 'End = 1.8': 'End' of 'Mix' must be from 0 to 1")]
    [InlineData("Model(Weights.Student)", "Model(Weights.Frozen)", "CM3005 at 'Coupling<InducedMatched>': 'InducedMatched' does not fit this experiment: 'Generate' takes the weights of a finished run")]
    public void Mistakes_of_nested_couplings_are_found(string right, string wrong, string message)
    {
        Nested.ShouldContain(right);
        string.Join("\n", Source.Diagnose(All + Nested.Replace(right, wrong))).ShouldContain(message);
        Source.NewDriver().RunGenerators(Source.Compile(All + Nested.Replace(right, wrong))).GetRunResult().Results.ShouldAllBe(result => result.Exception == null);
    }

    [Fact]
    public void A_mistake_of_a_nested_coupling_is_reported_where_it_is()
    {
        var said = Source.Diagnose(All.Replace("data | Encode", "data | Encod") + Nested).ShouldHaveSingleItem();
        said.ShouldStartWith("CM1004 at 'Encod'");
    }

    [Fact]
    public void Couplings_of_another_assembly_pair_and_nest_alike()
    {
        var declared = Encoder + Variational.Replace("weight: 30", "weight: Beta * 10").Replace("[Block<Encoder>]", "private const double Beta = 3, Share = -0.25;\n    [Block<Encoder>]")
            .Replace("mean + deviation * noise)", "mean - Share * 4 * (deviation * -noise * -1.0))");
        Source.Generate("Library", ["namespace Library;\nusing CM.Dsl;\n" + declared], out var library);
        using var image = new MemoryStream();
        library.Emit(image, options: new(metadataOnly: true, includePrivateMembers: false)).Success.ShouldBeTrue();
        var reference = MetadataReference.CreateFromImage(image.ToArray());
        var there = Source.Generate("Program", [Preambled(TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons + Nested[Nested.IndexOf("[Coupling]\n", 20, StringComparison.Ordinal)..Nested.IndexOf("[Coupling]\npublic sealed partial record Shrunk", StringComparison.Ordinal)]
            + "[Experiment, Coupling<InducedVariational>] public sealed partial record OverVct : Moons; [Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Moons;")], out _, reference);
        there["Experiments/Test.Varied.g.cs"].ShouldContain("private readonly global::Library.Encoder.Module encode;");
        there["Experiments/Test.Varied.g.cs"].ShouldContain("var kl = KlWeight() * KlToStandardNormal(mean, deviation);");
        var here = Source.Generate(TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons + declared + "[Experiment, Coupling<VariationalNoise>] public sealed partial record Varied : Moons;");
        there["Experiments/Test.Varied.g.cs"].Replace("global::Library.", "").ShouldBe(here["Experiments/Test.Varied.g.cs"]);
        there["Experiments/Test.OverVct.g.cs"].ShouldContain("ComputeMasked(mix, ");

        static string Preambled(string source) => "using CM.Dsl;\nusing Library;\nusing static System.Math;\nnamespace Test;\n" + source;
    }
}

using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Tests;

/// <summary>Experiments: what is generated, what is said about mistakes, what is done again after an edit.</summary>
public sealed class ExperimentsTests
{
    internal const string Network = """
        [Network]
        public sealed partial record MoonsDenoiser : IDenoiser
        {
            [Linear(2, 16)]      public partial Layer In   { get; }
            [Linear(16, 2)]      public partial Layer Out  { get; }

            [return: Shape("B", 2)]
            private Value Forward([Shape("B", 2)] Value x, [Shape("B")] Value level) => ((x | In) + level) | SiLU | Out;
        }

        """;

    internal const string Moons = """
        [Experiment(Steps = 20_000, Batch = 256, Seed = 1)]
        [Data<TwoMoons>]
        [Model<MoonsDenoiser>]
        [Coupling<Independent>]
        [Schedule<EctSchedule>]
        [PseudoHuber(0.01)]
        [RAdam(1e-3), ClipGradNorm(200), Ema(0.999)]
        [MultistepSampler(80, 0.8)]
        public partial record Moons;

        """;

    /// <summary>The same with linear interpolation and everything else changed that can be.</summary>
    internal const string Derived = """
        [Experiment(Seed = 7), Schedule<LinearSchedule>, PseudoHuber(0, PerElement = true), Adam(2e-4, Beta2 = 0.99), Ema(0.99), Ema(0.9999), MultistepSampler(80)]
        public sealed partial record MoonsLinear : Moons;

        """;

    /// <summary>A network for images with dropout inside a block.</summary>
    internal const string Dropped = """
        [Network]
        public sealed partial record Pixels : IDenoiser
        {
            [Block<Forgetful>(1)] public partial Layer Body { get; }

            [return: Shape("B", 1, 28, 28)]
            private Value Forward([Shape("B", 1, 28, 28)] Value x, [Shape("B")] Value level) => (x | Body) + level;
        }

        [Network]
        public sealed partial record Forgetful(int Channels)
        {
            [Conv2d(nameof(Channels), nameof(Channels), 3)] public partial Layer Conv1   { get; }
            [Dropout(0.5)]                                  public partial Layer Forget { get; }

            [return: Shape("B", nameof(Channels), "H", "W")]
            private Value Forward([Shape("B", nameof(Channels), "H", "W")] Value x) => x | Conv1 | Forget;
        }

        [Experiment(Steps = 100, Batch = 8), Data<Mnist>, Model<Pixels>, Coupling<Independent>, Schedule<EctSchedule>, L2, Adam(1e-3), MultistepSampler(80)]
        public partial record Digits;

        """;

    private const string All = TimesTests.Easy + TimesTests.Linear + Network + Moons;

    [Fact]
    public Task An_experiment_becomes_a_training() => Snapshot.Match(Source.Generate(All)["Experiments/Test.Moons.g.cs"], "Experiments.Moons");

    [Fact]
    public Task A_derived_experiment_says_only_what_differs() =>
        Snapshot.Match(Source.Generate(All + Derived)["Experiments/Test.MoonsLinear.g.cs"], "Experiments.MoonsLinear");

    [Fact]
    public Task Dropout_is_the_same_for_student_and_teacher() =>
        Snapshot.Match(Source.Generate(TimesTests.Easy + Dropped)["Experiments/Test.Digits.g.cs"], "Experiments.Digits");

    [Fact]
    public Task A_program_finds_every_declaration() => Snapshot.Match(Source.Generate(All + Derived)["Declarations.g.cs"], "Declarations");

    [Fact]
    public void An_abstract_experiment_may_leave_parts_open_and_does_not_run()
    {
        const string Sources = TimesTests.Easy + Network + """
            [Experiment(Steps = 10), Data<TwoMoons>, Model<MoonsDenoiser>, Coupling<Independent>]
            public abstract partial record Base;

            [Experiment(Batch = 4), Schedule<EctSchedule>, L2, Adam(1e-3), MultistepSampler(80)]
            public sealed partial record Whole : Base;
            """;
        Source.Diagnose(Sources).ShouldBeEmpty();
        var files = Source.Generate(Sources);
        files.Keys.ShouldNotContain("Experiments/Test.Base.g.cs");
        files["Experiments/Test.Whole.g.cs"].ShouldContain("Steps = 10,");
        files["Declarations.g.cs"].ShouldNotContain("Test.Base");
    }

    [Fact]
    public void Images_may_be_mirrored()
    {
        var sources = TimesTests.Easy + Dropped.Replace("Data<Mnist>", "Data<Mnist>, HorizontalFlip");
        Source.Diagnose(sources).ShouldBeEmpty();
        var generated = Source.Generate(sources)["Experiments/Test.Digits.g.cs"];
        generated.ShouldContain("HorizontalFlip = true,");
        generated.ShouldContain("new(\"Augmentation\", \"horizontal flip\"),");
    }

    [Fact]
    public void A_library_without_declarations_gets_no_list() => Source.Generate("public sealed class Nothing;").ShouldBeEmpty();

    [Fact]
    public void Right_experiments_are_left_alone() => Source.Diagnose(All + Derived + Dropped).ShouldBeEmpty();

    [Fact]
    public void A_moved_comment_changes_nothing()
    {
        const string Moved = "// a remark\n\n" + TimesTests.Easy + TimesTests.Linear + Network + "// another\n" + Moons + Derived;
        Caching.ReasonsAfter(All + Derived, Moved, StepNames.ReadExperiment).ShouldBe([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached]);
        Caching.ReasonsAfter(All + Derived, Moved, StepNames.Register).ShouldAllBe(reason => reason == IncrementalStepRunReason.Unchanged || reason == IncrementalStepRunReason.Cached);
    }

    [Fact]
    public void An_edit_touches_those_it_concerns()
    {
        Caching.ReasonsAfter(All + Derived, All + Derived.Replace("2e-4", "3e-4"), StepNames.ReadExperiment)
            .ShouldBe([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified]);
        Caching.ReasonsAfter(All + Derived, All.Replace("ClipGradNorm(200)", "ClipGradNorm(100)") + Derived, StepNames.ReadExperiment)
            .ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified], "what is inherited");
        Caching.ReasonsAfter(All + Derived, All.Replace("Alpha(double t) => 1;", "Alpha(double t) => 1 / (1 + t);") + Derived, StepNames.ReadExperiment)
            .ShouldBe([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], "the schedule decides what is folded away");
        Caching.ReasonsAfter(All + Derived, All + Derived.Replace("2e-4", "3e-4"), StepNames.Register)
            .ShouldAllBe(reason => reason == IncrementalStepRunReason.Unchanged || reason == IncrementalStepRunReason.Cached, "the list holds names only");
    }

    [Theory]
    [InlineData("[PseudoHuber(0.01)]", "", "CM5002 at 'Moons': 'Moons' says nothing about its loss; add [PseudoHuber(c)], [Huber(delta)] or [L2] here or on a record it derives from")]
    [InlineData("[Coupling<Independent>]", "", "CM5002 at 'Moons': 'Moons' says nothing about its coupling; add [Coupling<Independent>] ")]
    [InlineData("Batch = 256, ", "", "CM5002 at 'Moons': 'Moons' says nothing about its batch; add [Experiment(Batch = …)] ")]
    [InlineData("[RAdam(1e-3)", "[Adam(1), RAdam(1e-3)", "CM5003 at 'RAdam(1e-3)': 'Moons' names its optimiser twice; keep one")]
    [InlineData("Schedule<EctSchedule>", "Schedule<NoSchedule>", "CM5004 at 'Schedule<NoSchedule>': 'NoSchedule' cannot be the times of an experiment: it has no [TimeSchedule]")]
    [InlineData("Model<MoonsDenoiser>", "Model<NoNetwork>", "CM5004 at 'Model<NoNetwork>': 'NoNetwork' cannot be the model of an experiment: it has no [Network]")]
    [InlineData("Model<MoonsDenoiser>", "Model<Sized>", "CM5004 at 'Model<Sized>': 'Sized' cannot be the model of an experiment: it has parameters; ")]
    [InlineData("Coupling<Independent>", "Coupling<NoNetwork>", "CM5004 at 'Coupling<NoNetwork>': 'NoNetwork' cannot be the coupling of an experiment: it has no [Coupling]")]
    [InlineData("Data<TwoMoons>", "Data<Mnist>", "CM5005 at 'Data<Mnist>': 'Mnist' gives [B, 1, 28, 28] but 'MoonsDenoiser' takes [B, 2]: it has 4 axes with the batch but must have 2")]
    [InlineData("Data<TwoMoons>", "Data<Three>", "CM5005 at 'Data<Three>': 'Three' gives [B, 3] but 'MoonsDenoiser' takes [B, 2]: width is 3 but must be 2")]
    [InlineData("ClipGradNorm(200)", "ClipGradNorm(200), HorizontalFlip", "CM5004 at 'HorizontalFlip': 'TwoMoons' cannot be the mirrored data of an experiment: its examples [2] are no images [channels, height, width]")]
    [InlineData("public partial record Moons", "public record Moons", "CM5001 at 'Moons': 'Moons' must be a partial record, ")]
    [InlineData("Steps = 20_000", "Steps = 0", "CM5008 at 'Experiment(Steps = 0, Batch = 256, Seed = 1)': Steps is 0 but must be 1 or more")]
    [InlineData("RAdam(1e-3)", "RAdam(-1)", "CM5008 at 'RAdam(-1)': learningRate is -1 but must be above 0")]
    [InlineData("RAdam(1e-3)", "RAdam(1e-3, Beta1 = 1)", "CM5008 at 'RAdam(1e-3, Beta1 = 1)': Beta1 is 1 but must be from 0 up to, but not including, 1")]
    [InlineData("ClipGradNorm(200)", "ClipGradNorm(0)", "CM5008 at 'ClipGradNorm(0)': bound is 0 but must be above 0")]
    [InlineData("Ema(0.999)", "Ema(1)", "CM5008 at 'Ema(1)': decay is 1 but must be from 0 up to, but not including, 1")]
    [InlineData("Ema(0.999)", "EmaWarmUp(0.999, Every = 0)", "CM5008 at 'EmaWarmUp(0.999, Every = 0)': Every is 0 but must be 1 or more")]
    [InlineData("Ema(0.999)", "PowerFunctionEma(0.3)", "CM5008 at 'PowerFunctionEma(0.3)': sigmaRel is 0.3 but must be above 0 and below 0.2886")]
    [InlineData("Ema(0.999)", "EdmEma(0)", "CM5008 at 'EdmEma(0)': examples is 0 but must be above 0")]
    [InlineData("Ema(0.999)", "Ema(0.999), PowerFunctionEma(0.1), Ema(0.999)", "CM5003 at 'Ema(0.999)': 'Moons' names its average of 0.999 twice; keep one")]
    [InlineData("PseudoHuber(0.01)", "PseudoHuber(-1)", "CM5008 at 'PseudoHuber(-1)': c is -1 but must be 0 or more")]
    [InlineData("MultistepSampler(80, 0.8)", "MultistepSampler(0.8, 80)", "CM5009 at 'MultistepSampler(0.8, 80)': In this experiment the sampling time 80 comes after 0.8, but sampling times fall")]
    [InlineData("MultistepSampler(80, 0.8)", "MultistepSampler(80, 0.001)", "CM5009 at 'MultistepSampler(80, 0.001)': In this experiment the sampling time 0.001 lies outside the times of EctSchedule, 0.002 to 80")]
    [InlineData("MultistepSampler(80, 0.8)", "MultistepSampler", "CM5009 at 'MultistepSampler': In this experiment there is no sampling time; ")]
    public void Mistakes_are_found(string right, string wrong, string message)
    {
        const string Wrong = """
            public sealed partial record NoSchedule : ITimeSchedule
            {
                public static double Alpha(double t) => 1;
                public static double Sigma(double t) => t;
            }
            public sealed record NoNetwork : IDenoiser;
            [Shape(3)]
            public sealed record Three : IExamples
            {
                public int Count => 1;
                public void Read(int index, System.Span<float> values) => values.Clear();
            }
            [Network]
            public sealed partial record Sized(int Width) : IDenoiser
            {
                [Linear(nameof(Width), nameof(Width))] public partial Layer Map { get; }

                [return: Shape("B", nameof(Width))]
                private Value Forward([Shape("B", nameof(Width))] Value x, [Shape("B")] Value level) => (x | Map) + level;
            }
            """;
        All.ShouldContain(right);
        var said = Source.Diagnose(All.Replace(right, wrong) + Wrong).ShouldHaveSingleItem();
        said.ShouldStartWith(message);
        if (!message.StartsWith("CM5001", StringComparison.Ordinal))
            Source.Generate(All.Replace(right, wrong) + Wrong)["Experiments/Test.Moons.g.cs"].ShouldContain(message[..6]);
    }

    [Fact]
    public void An_inherited_mistake_is_told_once_where_it_is_written() =>
        Source.Diagnose(All.Replace("ClipGradNorm(200)", "ClipGradNorm(0)") + Derived).ShouldHaveSingleItem().ShouldStartWith("CM5008 at 'ClipGradNorm(0)'");

    [Fact]
    public void A_record_that_breaks_what_it_inherits_is_told_so() =>
        Source.Diagnose(All + "[Experiment, Data<Mnist>] public sealed partial record Wrong : Moons;").ShouldHaveSingleItem().ShouldStartWith("CM5005 at 'Data<Mnist>'");

    [Fact]
    public void Lists_of_referenced_assemblies_are_joined()
    {
        Source.Generate(All, out var library);
        ListOf("public sealed class Nothing;").ShouldContain("public static Registry All => Declarations_Declared.All;");
        ListOf(TimesTests.Easy + Network + Moons).ShouldContain("[.. Declarations_Some_Program.All.Experiments, .. Declarations_Declared.All.Experiments],");

        string ListOf(string source) => Source.NewDriver()
            .RunGenerators(Source.Compile(source).WithAssemblyName("Some.Program").AddReferences(library.ToMetadataReference()))
            .GetRunResult().Results.SelectMany(result => result.GeneratedSources).Single(file => file.HintName == "Declarations.g.cs").SourceText.ToString();
    }
}

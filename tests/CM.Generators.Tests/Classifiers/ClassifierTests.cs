using CM.Generators.Classifiers;
using CM.Generators.Incremental;
using CM.Runtime;
using Microsoft.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Classifiers, evaluations and comparisons: what is generated, and what is said about mistakes.</summary>
public sealed class ClassifierTests
{
    private const string Judge = """
        [Network, Classifier<Mnist, MnistTest>(Steps = 300, Batch = 32, LearningRate = 2e-3)]
        public sealed partial record Judge : IClassifier
        {
            [Linear(784, 24)] public partial Layer Gather { get; }
            [Linear(24, 10)] public partial Layer Decide { get; }

            [return: Shape("B", 24), Shape("B", 10)]
            private Value Forward([Shape("B", 1, 28, 28)] Value image)
            {
                var features = image | Flatten | Gather;
                return (features, features | Decide);
            }
        }

        """;

    internal const string Digits = TimesTests.Easy + ExperimentsTests.Dropped + Judge;

    [Fact]
    public void A_classifier_becomes_a_plan()
    {
        var plan = Emitted.From(Judge).Type("Judge").GetProperty(ClassifierReader.Property)!.GetValue(null).ShouldBeOfType<ClassifierPlan>();
        (plan.Name, plan.Steps, plan.Batch, plan.LearningRate, plan.Seed, plan.Classes, plan.Features).ShouldBe(("Judge", 300, 32, 2e-3, 1L, 10, 24));
        (plan.Data, plan.Test).ShouldBe((new CM.Dsl.Mnist(), new CM.Dsl.MnistTest()));
        plan.DataShape.ShouldBe([1, 28, 28]);

        using var scope = NewDisposeScope();
        var (features, logits) = plan.NewModule(ParameterStore.New(plan.Layout(), 1)).forward(zeros(5, 1, 28, 28));
        features.shape.ShouldBe([5, 24]);
        logits.shape.ShouldBe([5, 10]);
    }

    [Fact]
    public void An_experiment_names_who_judges_it_and_what_it_is_compared_with()
    {
        var files = Source.Generate(Digits + "[Experiment, Evaluate<Judge>(Every = 50, Samples = 300), Compare(\"digits\", \"all\", Seeds = 3)] public sealed partial record Judged : Digits;");
        files["Experiments/Test.Judged.g.cs"].ShouldContain("Evaluation = new(50, 300, Judge.Classification),");
        files["Experiments/Test.Judged.g.cs"].ShouldContain("Comparison = new([\"digits\", \"all\"], 3),");
        files["Experiments/Test.Digits.g.cs"].ShouldNotContain("Evaluation");
        files["Declarations.g.cs"].ShouldContain("Classifiers = [global::Test.Judge.Classification]");
    }

    [Fact]
    public void An_evaluation_is_inherited_and_a_comparison_is_not()
    {
        var files = Source.Generate(TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons.Replace("[MultistepSampler(80, 0.8)]", "[MultistepSampler(80, 0.8), Evaluate(Every = 10), Compare(\"moons\")]")
            + "[Experiment] public sealed partial record Other : Moons;");
        files["Experiments/Test.Other.g.cs"].ShouldContain("Evaluation = new(10, 2000, null),");
        files["Experiments/Test.Other.g.cs"].ShouldNotContain("Comparison");
    }

    [Theory]
    [InlineData("[Linear(24, 10)]", "[Linear(24, 9)]", "Shape(\"B\", 10)", "Shape(\"B\", 9)", "'Judge' cannot be a classifier: 'Mnist' has 10 classes and the logits are [B, 9]")]
    [InlineData("Shape(\"B\", 24), ", "", "(features, features | Decide)", "features | Decide", "'Judge' cannot be a classifier: it must take examples [B, …] and give features [B, d] and logits [B, classes], and it takes [B, 1, 28, 28] and gives [B, 10]")]
    [InlineData("<Mnist, MnistTest>", "<Mnist, Cifar10>", "", "", "'Judge' cannot be a classifier: 'Cifar10' gives examples [3, 32, 32] and it takes [B, 1, 28, 28]")]
    [InlineData("<Mnist, MnistTest>", "<TwoMoons, MnistTest>", "", "", "'Judge' cannot be a classifier: 'TwoMoons' carries no [Classes(n)]")]
    [InlineData("LearningRate = 2e-3", "LearningRate = 0", "", "", "'Judge' cannot be a classifier: LearningRate is 0 but must be above 0")]
    [InlineData("Steps = 300", "Steps = 0", "", "", "'Judge' cannot be a classifier: Steps must be 1 or more")]
    public void A_network_that_is_no_classifier(string good, string bad, string alsoGood, string alsoBad, string message)
    {
        var source = Judge.Replace(good, bad);
        var finding = Source.Findings(alsoGood.Length > 0 ? source.Replace(alsoGood, alsoBad) : source).ShouldHaveSingleItem();
        finding.Id.ShouldBe("CM6001");
        finding.GetMessage().ShouldBe(message);
    }

    [Theory]
    [InlineData("Evaluate(Every = -1)", "CM5008")]
    [InlineData("Evaluate(Samples = 1)", "CM5008")]
    [InlineData("Compare(\"moons\", Seeds = 0)", "CM5008")]
    public void Numbers_of_an_evaluation_are_checked(string attribute, string id) =>
        Source.Findings(TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons + $"[Experiment, {attribute}] public sealed partial record Mine : Moons;").ShouldHaveSingleItem().Id.ShouldBe(id);

    [Fact]
    public void A_judge_must_take_the_examples() =>
        Source.Diagnose(TimesTests.Easy + ExperimentsTests.Network + ExperimentsTests.Moons + Judge + "[Experiment, Evaluate<Judge>] public sealed partial record Mine : Moons;").ShouldHaveSingleItem()
            .ShouldBe("CM5004 at 'Evaluate<Judge>': 'Judge' cannot be the classifier of an experiment: it does not take examples [2]");

    [Fact]
    public void A_judge_has_a_recipe()
    {
        const string Bare = "[Network] public sealed partial record Bare : IClassifier { [return: Shape(\"B\", 784)] private Value Forward([Shape(\"B\", 1, 28, 28)] Value image) => image | Flatten; }";
        Source.Diagnose(TimesTests.Easy + ExperimentsTests.Dropped + Bare + "[Experiment, Evaluate<Bare>] public sealed partial record Mine : Digits;").ShouldHaveSingleItem()
            .ShouldBe("CM5004 at 'Evaluate<Bare>': 'Bare' cannot be the classifier of an experiment: it has no [Classifier]");
    }

    [Fact]
    public void An_edit_elsewhere_reads_no_classifier_anew() =>
        Caching.ReasonsAfter(Judge, "// a remark\n" + Judge, StepNames.ReadClassifier).ShouldAllBe(reason => reason == IncrementalStepRunReason.Unchanged || reason == IncrementalStepRunReason.Cached);
}

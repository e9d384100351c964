using CM.Dsl;

namespace CM.Runtime.Tests;

/// <summary>An experiment with labels: images of 2×2, black, grey and white.</summary>
internal static class Grey
{
    public static ExperimentPlan Plan { get; } = Tiny.Plan with { Name = "Grey", Data = new Greys(), DataShape = [1, 2, 2], Classes = 3 };

    public static Experiment Experiment { get; } = new(Plan, Tiny.Network, setup => new Shades(setup));

    /// <summary>Class 0 is black, 1 grey, 2 white.</summary>
    private sealed record Greys : ILabelledExamples
    {
        public int Count => 10;

        public void Read(int index, Span<float> values) => values.Fill(Label(index) - 1);

        public int Label(int index) => index % 3;
    }

    /// <summary>Draws what its labels say, and demands that the labels of a step fit its data.</summary>
    private sealed class Shades : StubTrainer
    {
        public Shades(TrainingSetup setup)
            : base(setup, Tiny.Layout(), []) => Optimizer = new RAdam(Weights, 1e-2);

        public override Tensor Step(Tensor data, int step, Tensor? labels = null)
        {
            labels!.dtype.ShouldBe(ScalarType.Float32);
            labels.shape.ShouldBe([data.shape[0], 3]);
            using var scope = NewDisposeScope();
            labels.sum(1).eq((Scalar)1).all().item<bool>().ShouldBeTrue();
            var ofGreys = data.round().eq(data).all().item<bool>(); // and not of a dry run
            if (ofGreys)
                Drawn(labels).eq(data).all().item<bool>().ShouldBeTrue();
            return zeros([]).DetachFromDisposeScope();
        }

        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => Drawn(labels!);

        private static Tensor Drawn(Tensor labels) =>
            (labels.argmax(1).to(ScalarType.Float32) - 1).view(-1, 1, 1, 1).expand(-1, 1, 2, 2).clone();
    }
}

using CM.Dsl;

namespace CM.Runtime.Tests;

/// <summary>An experiment written by hand, as the generator would write it: two layers that take noise off points in the plane.</summary>
internal static class Tiny
{
    private const int Width = 16;

    public static ExperimentPlan Plan { get; } = new()
    {
        Name = "Tiny",
        Steps = 40,
        Batch = 32,
        Seed = 3,
        Data = new TwoMoons(),
        DataShape = [2],
        Network = "TinyDenoiser",
        Times = (0.002, 80),
        SampleTimes = [80, 0.8],
        Copies = 6,
        Declaration = [new("Data", "TwoMoons"), new("Model", "TinyDenoiser"), new("Ema", "0.9"), new("Ema", "0.99")],
    };

    public static NetworkPlan Network { get; } = new(
        "TinyDenoiser", "Two layers.", ["x [B, 2]"], "[B, 2]",
        [new Layer("In", "Linear 2→16", "[B, 2]", "[B, 16]", 48), new Layer("Out", "Linear 16→2", "[B, 16]", "[B, 2]", 34)])
    {
        Parameters = Layout().Count,
        Work = 64,
        Activations = 80,
    };

    public static Experiment Experiment { get; } = With(Plan);

    public static Registry Registry { get; } = new([Experiment], [Network]);

    public static Experiment With(ExperimentPlan plan, Action<ConsistencyTrainer, int>? afterStep = null, Func<TrainingSetup, ConsistencyTrainer>? make = null)
    {
        make ??= setup => new Denoiser(setup) { AfterStep = afterStep };
        return new Experiment(plan, Network, make);
    }

    public static ParameterLayout Layout() => new ParameterLayout()
        .AddBuffer("shift", Initializer.Normal(0.1), 2)
        .Add("In.weight", Initializer.Uniform(0.7), 2, Width)
        .Add("In.bias", Initializer.Uniform(0.7), Width)
        .Add("Out.weight", Initializer.Normal(0.2), Width, 2)
        .Add("Out.bias", Initializer.Constant(0), 2);

    public static TrainingSetup Setup(int steps = 40) => new(steps, Plan.Batch, Plan.Seed, new Device(DeviceType.CPU, -1));

    internal sealed class Denoiser : StubTrainer
    {
        private readonly int poison;

        /// <param name="setup">Steps, batch, seed, device.</param>
        /// <param name="poison">The step whose loss is NaN.</param>
        /// <param name="optimizer">Makes another optimiser.</param>
        /// <param name="averages">Other averages.</param>
        public Denoiser(TrainingSetup setup, int poison = -1, Func<ParameterStore, Optimizer>? optimizer = null, AverageRule[]? averages = null)
            : base(setup, Layout(), averages ?? [new Ema(0.9), new Ema(0.99)])
        {
            this.poison = poison;
            Optimizer = optimizer is null ? new RAdam(Weights, 1e-2, weightDecay: 1e-3) : optimizer(Weights);
        }

        public Action<ConsistencyTrainer, int>? AfterStep { get; init; }

        public override Tensor Step(Tensor data, int step, Tensor? labels = null)
        {
            using var scope = BeginStep(step);
            var noise = randn(data.shape, ScalarType.Float32);
            Weights.ZeroGradients();
            var times = 0.01 + rand([data.shape[0]], ScalarType.Float64);
            var losses = (Forward(Weights, data + noise) - data).square().flatten(1).mean([1]);
            RecordLoss(times, losses);
            var loss = losses.mean();
            loss.backward();
            ClipGradients(0.5);
            Optimizer.Step();
            foreach (var average in Averages)
                average.Update(step);
            if (LossesRecorded is not null) // in a run, and not where a coupling is measured
                AfterStep?.Invoke(this, step);
            var result = step == poison ? loss.detach() * float.NaN : loss.detach();
            return result.DetachFromDisposeScope();
        }

        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => Forward(weights, noise[0]);

        private static Tensor Forward(ParameterScope weights, Tensor x)
        {
            using var shifted = x + weights.Buffer("shift");
            using var product = shifted.matmul(weights["In.weight"]);
            using var sum = product + weights["In.bias"];
            using var bent = sum.relu();
            using var last = bent.matmul(weights["Out.weight"]);
            return last + weights["Out.bias"];
        }
    }
}

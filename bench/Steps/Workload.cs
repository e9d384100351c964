using System.Reflection;
using Bench.Peers;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>Steps to time, and the losses to compare before: those of all sides for the same weights and inputs.</summary>
/// <param name="Name">The name after <c>--only</c>.</param>
/// <param name="Steps">Timed steps.</param>
/// <param name="Shape">The shape of a batch.</param>
/// <param name="New">A new training, to be timed.</param>
/// <param name="Step">A step of it on data.</param>
/// <param name="NewCheck">A new training of the same weights, without dropout.</param>
/// <param name="Check">The losses of its samples x for z, t and r.</param>
internal sealed record Workload(
    string Name,
    int Steps,
    long[] Shape,
    Func<TrainingSetup, ConsistencyTrainer> New,
    Func<ConsistencyTrainer, Tensor, int, Tensor> Step,
    Func<TrainingSetup, ConsistencyTrainer> NewCheck,
    Losses<ConsistencyTrainer> Check)
{
    private static readonly long[] Points = [256, 2], Grey = [64, 1, 28, 28], Images = [16, 3, 32, 32], Noise = [64, 3, 32, 32];

    // Of passes over a sample, a backward pass two; ECT's teacher in its first stage sees a share of 0.19, those with t above ln 7.
    private const double Trained = 3, TaughtInFirstStage = 3.19;

    private static readonly Workload Unet = Of<UNetSteps.Trainer, UNetCheck.Trainer>(
        "W2", 7, Images, (own, x, z, t, r) => own.Losses(x, z, t, r)) with
    {
        PyTorch = ["unet"],
        TorchSharp = () => UnetRecipe(),
        Work = 16 * TaughtInFirstStage * SmallUNet.Plan.Work,
    };

    public static readonly Workload[] All =
    [
        Of<Moons.Moons.Trainer, Moons.Moons.Trainer>("moons", 400, Points, (own, x, z, t, r) => own.Losses(x, z, t, r)) with
        {
            PyTorch = ["moons"],
            TorchSharp = () => new(() => new MoonsNetwork(), c: 0.01, decay: 0.999, rate: 3e-4),
        },
        Of<Digits.Digits.Trainer, Digits.Digits.Trainer>("digits", 12, Grey, (own, x, z, t, r) => own.Losses(x, z, t, r)) with
        {
            PyTorch = ["digits"],
            TorchSharp = () => new(() => new DigitsNetwork(), c: 0.015, decay: 0.995, rate: 1e-3),
        },
        Of<ToySteps.Trainer, ToySteps.Trainer>("W1", 400, Points, (own, x, z, t, r) => own.Losses(x, z, t, r)) with
        {
            PyTorch = ["toy"],
            TorchSharp = () => new(() => new ToyNetwork(), c: 0, decay: 0.9999, rate: 1e-4),
            Work = 256 * TaughtInFirstStage * Toy.Plan.Work,
        },
        Of<ToyVariationalSteps.Trainer, ToyVariationalSteps.Trainer>("W1-VCT", 400, Points, (own, x, z, t, r) =>
        {
            var pair = own.Couple(x, z, t, r, null, []);
            return own.Losses(pair.Data, pair.Noise, t, r) + pair.Regularization!;
        }) with
        {
            PyTorch = ["toy", "--variational"],
            TorchSharp = () => new Variational(() => new ToyNetwork(), () => new ToyNetwork(features: 4), c: 0, decay: 0.9999, rate: 1e-4),
            Work = 256 * ((TaughtInFirstStage * Toy.Plan.Work) + (Trained * ToyEncoder.Plan.Work)),
        },
        Unet,
        Of<VariationalSteps.Trainer, VariationalCheck.Trainer>("W3", 7, Images, (own, x, z, t, r) =>
        {
            var pair = own.Couple(x, z, t, r, null, []);
            return own.Losses(pair.Data, pair.Noise, t, r) + pair.Regularization!;
        }) with
        {
            PyTorch = ["variational"],
            TorchSharp = () => new Variational(() => new UNet(), () => new UNet(1, channelsOut: 6), c: 0, decay: 0.9999, rate: 1e-4),
            Work = 16 * ((TaughtInFirstStage * SmallUNet.Plan.Work) + (Trained * SmallEncoder.Plan.Work)),
        },
        Of<InducedSteps.Trainer, InducedCheck.Trainer>("W4", 7, Images, (own, x, z, t, r) =>
        {
            var pair = own.Couple(x, z, t, r, null, [(arange(x.shape[0]) % 2).eq(0)]);
            return own.Losses(pair.Data, pair.Noise, t, r);
        }) with
        {
            PyTorch = ["induced"],
            TorchSharp = () => new Induced(),
            Before = 50_000,
            Schedule = 100_000,
            TeacherTime = t => t * 0.9,
            Work = 16 * (Trained + 1 + 0.5) * SmallUNet.Plan.Work,
        },
        Of<TruncatedSteps.Trainer, TruncatedCheck.Trainer>(
            "W5", 7, Images, (own, x, z, t, r) => own.Mean(own.Losses(x, z, t, r))) with
        {
            PyTorch = ["truncated"],
            TorchSharp = () => new Truncated(),
            TeacherTime = t => t - t * 0.001 * (8 / (t.exp() + 1) + 1),
            Least = 1,
            Work = 16 * (Trained + 1) * SmallUNet.Plan.Work,
        },
        Sampling<UNetCheck.Trainer>("W6-1", 1),
        Sampling<UNetTwoSteps.Trainer>("W6-2", 2),
        Update("update"),
    ];

    /// <summary>Steps before the timed ones.</summary>
    public int WarmUp => Steps / 4 + 2;

    /// <summary>Steps that count as done before.</summary>
    public int Before { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public int Schedule { get; init; } = 1_000_000;

    /// <summary>The teacher's times at which losses are compared.</summary>
    public Func<Tensor, Tensor> TeacherTime { get; init; } = t => (t - t * 0.5 * (8 / (t.exp() + 1) + 1)).clamp_min(0);

    /// <summary>The least time at which they are compared.</summary>
    public double Least { get; init; }

    /// <summary>The program of bench/peers and its options.</summary>
    public string[] PyTorch { get; init; } = [];

    /// <summary>The same with TorchSharp's modules.</summary>
    public Func<Recipe> TorchSharp { get; init; } = () => throw new InvalidOperationException("The workload has no peer.");

    /// <summary>Multiply-adds of a step at the least, with direct convolutions.</summary>
    public double Work { get; init; }

    /// <exception cref="UserError">There is none.</exception>
    public static Workload Find(string name) => Family(name).FirstOrDefault(each => each.Name == name)
        ?? throw new UserError($"'{name}' stands for several workloads: {string.Join(", ", Family(name).Select(each => each.Name))}; name one");

    /// <summary>The workload of a name and its variants, whose names go on with a hyphen.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static IEnumerable<Workload> Family(string name)
    {
        var family = All.Where(each => each.Name == name || each.Name.StartsWith(name + "-", StringComparison.Ordinal));
        return family.Any() ? family
            : throw new UserError($"there is no workload '{name}'; there are: {string.Join(", ", All.Select(each => each.Name))}");
    }

    /// <summary>Times our steps.</summary>
    public Side Time(int threads)
    {
        set_num_threads(threads);
        manual_seed(1);
        using var data = rand(Shape) * 2 - 1;
        var clock = new Clock();
        using var training = New(new TrainingSetup(Schedule, (int)Shape[0], 1, CPU));
        return clock.Measure(this, step =>
        {
            using var result = Step(training, data, Before + step);
            return result.numel() == 1 ? result.ToSingle() : 0;
        });
    }

    /// <summary>Writes weights and inputs for the peers.</summary>
    /// <returns>The mean of our losses or samples for them.</returns>
    public Side Compare(string path)
    {
        using var training = NewCheck(new TrainingSetup(Schedule, (int)Shape[0], 1, CPU));
        manual_seed(2);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            foreach (var spec in training.Weights.Layout.Parameters)
                training.Weights[spec.Name].add_(randn(spec.Shape) * 0.05);
            // The average and the first stage, told from the weights by a factor.
            foreach (var other in training.Averages.Select(average => average.Weights).Append(Frozen(training)).OfType<ParameterStore>())
            {
                other.CopyFrom(training.Weights);
                other.Values.mul_(0.9);
            }
        }

        var (x, z) = (rand(Shape) * 2 - 1, randn(Shape));
        var t = ((randn([Shape[0]], ScalarType.Float64) * 2 - 1.1).exp() + Least).to(float32);
        var r = TeacherTime(t.to(float64)).to(float32);
        var layout = training.Weights.Layout;
        CheckFile.Write(path, [
            .. layout.Parameters.Select(spec => (spec.Name, (Tensor)training.Weights[spec.Name])),
            .. layout.Buffers.Select(spec => (spec.Name, training.Weights.Buffer(spec.Name)))], x, z, t, r);
        return new(0, 0, Check(training, x, z, t.to(float64), r.to(float64)).to(float64).mean().item<double>());
    }

    private static Workload Of<TTimed, TChecked>(string name, int steps, long[] shape, Losses<TChecked> check)
        where TTimed : ConsistencyTrainer
        where TChecked : ConsistencyTrainer =>
        new(name, steps, shape, Make<TTimed>, (training, data, step) => training.Step(data, step), Make<TChecked>,
            (training, x, z, t, r) => check((TChecked)training, x, z, t, r));

    private static Workload Sampling<TTraining>(string name, int samplingSteps)
        where TTraining : ConsistencyTrainer =>
        new(name, 5, Noise, Make<TTraining>, (training, noise, _) => Sample(training, noise), Make<TTraining>,
            (training, _, noise, _, _) => Sample(training, noise))
        {
            PyTorch = ["unet", "--sample", $"{samplingSteps}"],
            TorchSharp = () => UnetRecipe(samplingSteps),
            Work = 64 * samplingSteps * (double)SmallUNet.Plan.Work,
        };

    // Clip, optimiser and average alone; what is compared before is the loss of the step they belong to.
    private static Workload Update(string name)
    {
        var clip = typeof(ConsistencyTrainer).GetMethod("ClipGradients", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return Unet with
        {
            Name = name,
            Steps = 40,
            New = setup =>
            {
                var training = new UNetSteps.Trainer(setup);
                training.Weights.Gradients.normal_();
                return training;
            },
            Step = (training, _, step) =>
            {
                clip.Invoke(training, [200.0]);
                training.Optimizer.Step();
                foreach (var average in training.Averages)
                    average.Update(step);
                return zeros(1);
            },
            PyTorch = ["unet", "--update"],
            TorchSharp = () => UnetRecipe(updateOnly: true),
            Work = 0,
        };
    }

    private static Recipe UnetRecipe(int samplingSteps = 0, bool updateOnly = false) =>
        new(() => new UNet(), c: 0, decay: 0.9999, rate: 1e-4) { SamplingSteps = samplingSteps, UpdateOnly = updateOnly };

    private static Tensor Sample(ConsistencyTrainer training, Tensor noise) => training.Sample(training.Weights, [noise, noise]);

    private static ConsistencyTrainer Make<TTraining>(TrainingSetup setup)
        where TTraining : ConsistencyTrainer => (ConsistencyTrainer)Activator.CreateInstance(typeof(TTraining), setup)!;

    private static ParameterStore? Frozen(ConsistencyTrainer training) =>
        (ParameterStore?)typeof(ConsistencyTrainer).GetProperty("FrozenWeights", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(training);
}

/// <summary>The losses of samples x with noise z at the student's times t and the teacher's times r.</summary>
internal delegate Tensor Losses<in TTraining>(TTraining training, Tensor x, Tensor z, Tensor t, Tensor r);

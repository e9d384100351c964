using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>What one side measured.</summary>
/// <param name="seconds">Of a step, median.</param>
/// <param name="peak_mib">The process's peak above what it takes after loading.</param>
/// <param name="loss">The last one, or the mean of what is compared.</param>
/// <param name="first">From the start of the process to the end of the first step.</param>
/// <param name="allocated">Managed bytes in a step, median.</param>
internal sealed record Side(double seconds, double peak_mib, double loss, double first = 0, double allocated = 0);

/// <summary>What is timed, and what is compared before: the losses of both sides for the same weights and inputs.</summary>
internal sealed record Workload(string Name, string Peer, int Steps, long[] Shape, Func<TrainingSetup, ConsistencyTrainer> New, Func<ConsistencyTrainer, Tensor, int, Tensor> Step, Func<TrainingSetup, ConsistencyTrainer> NewCheck, Func<ConsistencyTrainer, Tensor, Tensor, Tensor, Tensor, Tensor> Check)
{
    private static readonly long[] Points = [256, 2], Images = [16, 3, 32, 32];

    // Of passes over a sample, a backward pass two; ECT's teacher in its first stage sees a share of 0.19, those with t above ln 7.
    private const double Trained = 3, TaughtInFirstStage = 3.19;

    private static readonly Workload UNet = Training("W2", "unet", 7, Images, setup => new UNetSteps.Trainer(setup), setup => new UNetCheck.Trainer(setup), (training, x, z, t, r) => ((UNetCheck.Trainer)training).Losses(x, z, t, r)) with { Work = 16 * TaughtInFirstStage * SmallUNet.Plan.Work };

    public static readonly Workload[] All =
    [
        Training("moons", "moons", 400, Points, setup => new Moons.Moons.Trainer(setup), setup => new Moons.Moons.Trainer(setup), (training, x, z, t, r) => ((Moons.Moons.Trainer)training).Losses(x, z, t, r)),
        Training("digits", "digits", 12, [64, 1, 28, 28], setup => new Digits.Digits.Trainer(setup), setup => new Digits.Digits.Trainer(setup), (training, x, z, t, r) => ((Digits.Digits.Trainer)training).Losses(x, z, t, r)),
        Training("W1", "toy", 400, Points, setup => new ToySteps.Trainer(setup), setup => new ToySteps.Trainer(setup), (training, x, z, t, r) => ((ToySteps.Trainer)training).Losses(x, z, t, r)) with { Work = 256 * TaughtInFirstStage * Toy.Plan.Work },
        Training("W1-VCT", "toy", 400, Points, setup => new ToyVariationalSteps.Trainer(setup), setup => new ToyVariationalSteps.Trainer(setup), ToyVariational) with { PeerOptions = ["--variational"], Work = 256 * ((TaughtInFirstStage * Toy.Plan.Work) + (Trained * ToyEncoder.Plan.Work)) },
        UNet,
        Training("W3", "variational", 7, Images, setup => new VariationalSteps.Trainer(setup), setup => new VariationalCheck.Trainer(setup), Variational) with { Work = 16 * ((TaughtInFirstStage * SmallUNet.Plan.Work) + (Trained * SmallEncoder.Plan.Work)) },
        Training("W4", "induced", 7, Images, setup => new InducedSteps.Trainer(setup), setup => new InducedCheck.Trainer(setup), Induced) with { Before = 50_000, Schedule = 100_000, Earlier = t => t * 0.9, Work = 16 * (Trained + 1 + 0.5) * SmallUNet.Plan.Work },
        Training("W5", "truncated", 7, Images, setup => new TruncatedSteps.Trainer(setup), setup => new TruncatedCheck.Trainer(setup), Truncated) with { Earlier = t => t - t * 0.001 * (8 / (t.exp() + 1) + 1), Least = 1, Work = 16 * (Trained + 1) * SmallUNet.Plan.Work },
        Sampling("W6-1", 5, setup => new UNetCheck.Trainer(setup)),
        Sampling("W6-2", 5, setup => new UNetTwoSteps.Trainer(setup)),
        Update("update"),
    ];

    /// <summary>Steps that count as done before.</summary>
    public int Before { get; init; }

    /// <summary>Steps of the whole training.</summary>
    public int Schedule { get; init; } = 1_000_000;

    /// <summary>The teacher's times at which losses are compared.</summary>
    public Func<Tensor, Tensor> Earlier { get; init; } = t => (t - t * 0.5 * (8 / (t.exp() + 1) + 1)).clamp_min(0);

    /// <summary>The least time at which they are compared.</summary>
    public double Least { get; init; }

    /// <summary>Options for the peer.</summary>
    public string[] PeerOptions { get; init; } = [];

    /// <summary>Multiply-adds of a step at the least, with direct convolutions.</summary>
    public double Work { get; init; }

    /// <exception cref="UserError">There is none.</exception>
    public static Workload Find(string name) => Family(name).FirstOrDefault(each => each.Name == name) ?? throw new UserError($"'{name}' stands for several workloads: {string.Join(", ", Family(name).Select(each => each.Name))}; name one");

    /// <summary>The workload of a name and its variants, whose names go on with a hyphen.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static IEnumerable<Workload> Family(string name)
    {
        var family = All.Where(each => each.Name == name || each.Name.StartsWith(name + "-", StringComparison.Ordinal));
        return family.Any() ? family : throw new UserError($"there is no workload '{name}'; there are: {string.Join(", ", All.Select(each => each.Name))}");
    }

    public Side Time(int threads)
    {
        set_num_threads(threads);
        var warmup = Steps / 4 + 2;
        manual_seed(1);
        using var data = rand(Shape) * 2 - 1;
        GC.Collect();
        var loaded = Memory("VmRSS");

        using var training = New(new TrainingSetup(Schedule, (int)Shape[0], 1, CPU));
        var (seconds, allocated) = (new double[Steps], new double[Steps]);
        double last = 0, first = 0;
        for (var step = -warmup; step < Steps; step++)
        {
            var (start, bytes) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            using var result = Step(training, data, Before + step + warmup);
            last = result.numel() == 1 ? result.ToSingle() : 0;
            if (step == -warmup)
                first = SinceStart();
            if (step >= 0)
                (seconds[step], allocated[step]) = (Stopwatch.GetElapsedTime(start).TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - bytes);
        }

        return new(Median(seconds), Memory("VmHWM") - loaded, last, first, Median(allocated));
    }

    /// <summary>Writes weights and inputs for the peer.</summary>
    /// <returns>The mean of what comes out.</returns>
    public double Compare(string path)
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
        var t = (randn([Shape[0]], ScalarType.Float64) * 2 - 1.1).exp() + Least;
        var r = Earlier(t);
        var tensors = training.Weights.Layout.Parameters.Select(spec => (spec.Name, (Tensor)training.Weights[spec.Name]))
            .Concat(training.Weights.Layout.Buffers.Select(spec => (spec.Name, training.Weights.Buffer(spec.Name))))
            .Concat([("in/x", x), ("in/z", z), ("in/t", t.to(float32)), ("in/r", r.to(float32))]).ToArray();
        var offset = 0L;
        var header = tensors.ToDictionary(pair => pair.Item1, pair => new { dtype = "F32", shape = pair.Item2.shape, data_offsets = new[] { offset, offset += pair.Item2.numel() * 4 } });
        using (var stream = File.Create(path))
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(header);
            stream.Write(BitConverter.GetBytes((ulong)bytes.Length));
            stream.Write(bytes);
            foreach (var (_, tensor) in tensors)
                stream.Write(tensor.detach().contiguous().bytes);
        }

        return Check(training, x, z, t.to(float32).to(float64), r.to(float32).to(float64)).to(float64).mean().item<double>();
    }

    private static Workload Training(string name, string peer, int steps, long[] shape, Func<TrainingSetup, ConsistencyTrainer> make, Func<TrainingSetup, ConsistencyTrainer> makeCheck, Func<ConsistencyTrainer, Tensor, Tensor, Tensor, Tensor, Tensor> check) =>
        new(name, peer, steps, shape, make, (training, data, step) => training.Step(data, step), makeCheck, check);

    private static Workload Sampling(string name, int steps, Func<TrainingSetup, ConsistencyTrainer> make) =>
        new(name, "unet", steps, [64, 3, 32, 32], make, (training, noise, _) => training.Sample(training.Weights, [noise, noise]), make, (training, _, noise, _, _) => training.Sample(training.Weights, [noise, noise]))
        {
            PeerOptions = ["--sample", name.Split('-')[1]],
            Work = 64 * int.Parse(name.Split('-')[1]) * (double)SmallUNet.Plan.Work,
        };

    // Clip, optimiser and average alone; what is compared before is the loss of the step they belong to.
    private static Workload Update(string name)
    {
        var clip = typeof(ConsistencyTrainer).GetMethod("ClipGradients", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return UNet with
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
            PeerOptions = ["--update"],
            Work = 0,
        };
    }

    private static Tensor ToyVariational(ConsistencyTrainer training, Tensor x, Tensor z, Tensor t, Tensor r)
    {
        var check = (ToyVariationalSteps.Trainer)training;
        var pair = check.Couple(x, z, t, r, null, []);
        return check.Losses(pair.Data, pair.Noise, t, r) + pair.Penalty!;
    }

    private static Tensor Variational(ConsistencyTrainer training, Tensor x, Tensor z, Tensor t, Tensor r)
    {
        var check = (VariationalCheck.Trainer)training;
        var pair = check.Couple(x, z, t, r, null, []);
        return check.Losses(pair.Data, pair.Noise, t, r) + pair.Penalty!;
    }

    private static Tensor Induced(ConsistencyTrainer training, Tensor x, Tensor z, Tensor t, Tensor r)
    {
        var check = (InducedCheck.Trainer)training;
        var pair = check.Couple(x, z, t, r, null, [(arange(x.shape[0]) % 2).eq(0)]);
        return check.Losses(pair.Data, pair.Noise, t, r);
    }

    private static Tensor Truncated(ConsistencyTrainer training, Tensor x, Tensor z, Tensor t, Tensor r) =>
        ((TruncatedCheck.Trainer)training).Mean(((TruncatedCheck.Trainer)training).Losses(x, z, t, r));

    private static ParameterStore? Frozen(ConsistencyTrainer training) =>
        (ParameterStore?)typeof(ConsistencyTrainer).GetProperty("FrozenWeights", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(training);

    // The program that measures says when it started us.
    private static double SinceStart() =>
        double.TryParse(Environment.GetEnvironmentVariable("BENCH_START"), out var start) ? DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3 - start : 0;

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double Memory(string field) =>
        double.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}

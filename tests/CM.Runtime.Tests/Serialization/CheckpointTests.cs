namespace CM.Runtime.Tests;

public sealed class CheckpointTests : IDisposable
{
    private static readonly TrainingState State = new(Tiny.Plan.Name, Tiny.Plan.Declaration, 3, 40, 32, 3);

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Everything_comes_back_bit_for_bit()
    {
        var path = scratch["a.safetensors"];
        using var training = Trained(3);
        Checkpoint.Write(path, State, training);

        using var other = new Tiny.Denoiser(Tiny.Setup() with { Seed = 99 });
        using var checkpoint = Checkpoint.Open(path);
        checkpoint.Load(other);

        checkpoint.State.ShouldBe(State with { Declaration = checkpoint.State.Declaration });
        checkpoint.State.Declaration.ShouldBe(State.Declaration);
        Everything(other).ShouldBe(Everything(training));
        other.Optimizer.Steps.ShouldBe(3);
        Directory.EnumerateFiles(scratch.Path).ShouldBe([path]);
    }

    [Fact]
    public void Tensors_carry_the_names_of_parameters()
    {
        using var training = Trained(1);
        Checkpoint.Write(scratch["a.safetensors"], State, training);
        using var file = SafetensorsFile.Open(scratch["a.safetensors"]);
        string[] parameters = ["In.weight", "In.bias", "Out.weight", "Out.bias"];
        file.Header.Tensors.Keys.ShouldBe(
            [.. ((string[])["weights", "exp_avg", "exp_avg_sq", "ema/0.9", "ema/0.99"]).SelectMany(kind => parameters.Select(name => $"{kind}/{name}")), "buffers/shift"],
            ignoreOrder: true);
        var bytes = new byte[4 * 32];
        file.Read(file.Header.Tensors["weights/In.weight"], bytes);
        System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray().ShouldBe(training.Weights["In.weight"].Floats());
    }

    [Fact]
    public void Every_damage_is_noticed()
    {
        using var training = Trained(1);
        Checkpoint.Write(scratch["a.safetensors"], State, training);
        var good = File.ReadAllBytes(scratch["a.safetensors"]);
        using (Checkpoint.Open(new SafetensorsFile(new MemoryStream(good), "good")))
        {
        }
        var random = new Random(21);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Mutation.Of(good, random);
            Should.Throw<UserError>(() => Checkpoint.Open(new SafetensorsFile(new MemoryStream(bytes), "file"))).Message
                .ShouldStartWith("file: ");
        }
    }

    [Fact]
    public void Another_safetensors_file_is_refused()
    {
        File.WriteAllBytes(scratch["foreign.safetensors"], SafetensorsWriter.Header([new("format", "pt")], [("w", [0])]));
        Should.Throw<UserError>(() => Checkpoint.Open(scratch["foreign.safetensors"])).Message.ShouldContain("no checkpoint of DslCM");
    }

    [Fact]
    public void Another_experiment_and_a_changed_declaration_are_refused()
    {
        Should.Throw<UserError>(() => State.CheckSame(Tiny.Plan with { Name = "Other" }, "file")).Message
            .ShouldBe("file: a checkpoint of Tiny, not of Other.");
        var changed = Tiny.Plan with { Declaration = [new("Data", "TwoMoons"), new("Model", "Wider"), new("Ema", "0.9"), new("Ema", "0.99")] };
        Should.Throw<UserError>(() => State.CheckSame(changed, "file")).Message.ShouldContain("(was Model: TinyDenoiser; is Model: Wider)");
        State.CheckSame(Tiny.Plan, "file");
    }

    [Fact]
    public void A_network_with_other_parameters_is_refused_by_name()
    {
        using var training = Trained(1);
        Checkpoint.Write(scratch["a.safetensors"], State, training);
        using var checkpoint = Checkpoint.Open(scratch["a.safetensors"]);
        using var other = new Reshaped();
        Should.Throw<UserError>(() => checkpoint.Load(other)).Message.ShouldContain("weights/In.weight was [2, 16] and is [2, 8]");
    }

    [Fact]
    public void Only_the_newest_stay()
    {
        using var training = Trained(0);
        var folder = new CheckpointFolder(scratch["checkpoints"]);
        folder.Newest.ShouldBeNull();
        foreach (var step in (int[])[0, 5, 999_999, 1_000_000, 2_000_000])
            folder.Save(State with { Step = step }, training);
        Directory.EnumerateFiles(scratch["checkpoints"]).Select(Path.GetFileName).Order()
            .ShouldBe(["step-1000000.safetensors", "step-2000000.safetensors", "step-999999.safetensors"]);
        folder.Newest.ShouldBe(Path.Combine(scratch["checkpoints"], "step-2000000.safetensors"));
    }

    [Fact]
    public void The_best_and_the_one_that_a_run_went_on_from_stay_too()
    {
        using var training = Trained(0);
        var folder = new CheckpointFolder(scratch["checkpoints"])
        {
            Keep = 1,
            Pinned = Path.Combine(scratch["checkpoints"], "step-000002.safetensors"),
        };
        double?[] distances = [0.9, 0.1, 0.5, 0.1, null, double.NaN, 0.7];
        for (var step = 0; step < distances.Length; step++)
            folder.Save(State with { Step = step, Distance = distances[step] }, training);
        Names().ShouldBe(["step-000001.safetensors", "step-000002.safetensors", "step-000006.safetensors"]);
        folder.Best.ShouldBe(Path.Combine(scratch["checkpoints"], "step-000001.safetensors"));
        using (var best = Checkpoint.Open(folder.Best!))
            best.State.Distance.ShouldBe(0.1);

        File.WriteAllText(folder.Best!, "torn");
        new CheckpointFolder(scratch["checkpoints"]) { Keep = 1 }.Save(State with { Step = 7, Distance = 0.8 }, training);
        Names().ShouldBe(["step-000002.safetensors", "step-000007.safetensors"]);

        IEnumerable<string?> Names() => Directory.EnumerateFiles(scratch["checkpoints"]).Select(Path.GetFileName).Order();
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        var path = scratch["a.txt"];
        AtomicFile.Write(path, stream => stream.Write("old"u8));
        Should.Throw<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write("new"u8);
            throw new IOException("disk full");
        }));
        File.ReadAllText(path).ShouldBe("old");
        Directory.EnumerateFiles(scratch.Path).ShouldBe([path]);
    }

    public static TheoryData<string> Optimizers => [nameof(Adam), nameof(AdamW), nameof(RAdam), nameof(Lion)];

    [Theory, MemberData(nameof(Optimizers))]
    public void Every_optimiser_and_average_goes_on_bit_for_bit(string optimizer)
    {
        using var whole = New();
        Train(whole, 0, 11);
        using var stopped = New();
        Train(stopped, 0, 6);
        var path = scratch["six.safetensors"];
        Checkpoint.Write(path, new TrainingState("Tiny", Tiny.Plan.Declaration, 6, 11, 32, 3), stopped);
        using var resumed = New();
        using (var checkpoint = Checkpoint.Open(path))
            checkpoint.Load(resumed);
        Train(resumed, 6, 11);
        Everything(resumed).ShouldBe(Everything(whole));
        Everything(resumed).ShouldNotBe(Everything(stopped));

        Tiny.Denoiser New() => new(Tiny.Setup(),
            optimizer: weights => optimizer switch
            {
                nameof(Adam) => new Adam(weights, 1e-2, weightDecay: 1e-3),
                nameof(AdamW) => new AdamW(weights, 1e-2),
                nameof(RAdam) => new RAdam(weights, 1e-2, beta2: 0.9),
                _ => new Lion(weights, 1e-3, weightDecay: 0.1),
            },
            averages: [new Ema(0.9), new EmaWarmUp(0.9, every: 2), new PowerFunctionEma(0.05), new EdmEma(100, rampUp: 0.05)]);

        static void Train(ConsistencyTrainer training, int from, int to)
        {
            using var data = ones([32, 2], ScalarType.Float32);
            for (var step = from; step < to; step++)
            {
                training.Optimizer.LearningRate = 1e-2 / (step + 1);
                training.Step(data, step).Dispose();
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stage_takes_the_best_weights_of_the_one_before(bool starts)
    {
        using var first = Trained(3);
        Checkpoint.Write(scratch["a.safetensors"], State, first);
        using var checkpoint = Checkpoint.Open(scratch["a.safetensors"]);
        using var second = new Stage();
        var fresh = second.Weights.Values.Floats();
        checkpoint.LoadBest(second, starts);

        var best = first.Averages[0].Weights.Values.Floats();
        second.FrozenWeights!.Values.Floats().ShouldBe(best);
        second.FrozenWeights.BufferValues.Floats().ShouldBe(first.Weights.BufferValues.Floats());
        var taken = fresh.ToArray();
        if (starts)
            best.CopyTo(taken, 0);
        second.Weights.Values.Floats().ShouldBe(taken, "the encoder stays fresh");
        second.Averages[0].Weights.Values.Floats().ShouldBe(taken);
        second.Optimizer.Steps.ShouldBe(0);
    }

    [Fact]
    public void Frozen_weights_and_the_count_of_steps_come_back()
    {
        using var training = new Stage();
        using (no_grad())
            training.FrozenWeights!.Values.mul_(2);
        Checkpoint.Write(scratch["a.safetensors"], State with { Step = 30, FirstStep = 20 }, training);
        using var checkpoint = Checkpoint.Open(scratch["a.safetensors"]);
        using var other = new Stage();
        checkpoint.Load(other);
        other.FrozenWeights!.Values.Floats().ShouldBe(training.FrozenWeights.Values.Floats());
        other.Optimizer.Steps.ShouldBe(10);
    }

    [Fact]
    public void A_stage_with_another_model_is_refused_by_name()
    {
        using var first = Trained(1);
        Checkpoint.Write(scratch["a.safetensors"], State, first);
        using var checkpoint = Checkpoint.Open(scratch["a.safetensors"]);
        using var other = new Reshaped();
        Should.Throw<UserError>(() => checkpoint.LoadBest(other, starts: true)).Message
            .ShouldContain("ema/0.9/In.weight was [2, 16] and is [2, 8]");
    }

    private static Tiny.Denoiser Trained(int steps)
    {
        var training = new Tiny.Denoiser(Tiny.Setup());
        using var data = ones([32, 2], ScalarType.Float32);
        for (var step = 0; step < steps; step++)
            training.Step(data, step).Dispose();
        return training;
    }

    internal static float[] Everything(ConsistencyTrainer training) =>
    [
        .. training.Weights.Values.Floats(),
        .. training.Weights.BufferValues.Floats(),
        .. training.Optimizer.Moments.SelectMany(moment => moment.Values.Floats()),
        .. training.Averages.SelectMany(average => average.Weights.Values.Floats().Concat(average.Weights.BufferValues.Floats())),
    ];

    private sealed class Stage : StubTrainer
    {
        public Stage()
            : base(Tiny.Setup() with { Seed = 99 }, Tiny.Layout().AddAuxiliary("Encode", new ParameterLayout().Add("weight", Initializer.Uniform(1), 3)), [new Ema(0.9)], Tiny.Layout()) =>
            Optimizer = new Adam(Weights, 1);

    }

    private sealed class Reshaped : StubTrainer
    {
        public Reshaped()
            : base(
                Tiny.Setup(),
                new ParameterLayout().AddBuffer("shift", Initializer.Normal(1), 2).Add("In.weight", Initializer.Uniform(1), 2, 8)
                    .Add("In.bias", Initializer.Uniform(1), 16)
                    .Add("Out.weight", Initializer.Uniform(1), 16, 2).Add("Out.bias", Initializer.Uniform(1), 2),
                [new Ema(0.9), new Ema(0.99)]) => Optimizer = new Adam(Weights, 1);

    }
}

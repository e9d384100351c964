using System.Runtime.InteropServices;
using System.Text.Json;

namespace CM.Runtime.Tests;

public sealed partial class RunTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void One_seed_gives_one_training()
    {
        var first = Train("a", steps: 12);
        Train("b", steps: 12).ShouldBe(first);
        Train("c", steps: 12, seed: 4).ShouldNotBe(first);
    }

    [Theory, InlineData(1), InlineData(7), InlineData(11)]
    public void A_stopped_run_goes_on_as_if_it_had_not_been(int stopAfter)
    {
        var whole = Train("whole", steps: 12);
        Train("stopped", steps: 12, stopAfter: stopAfter).ShouldNotBe(whole);
        RunFolder.Open(scratch["stopped"]).OpenNewest().State.Step.ShouldBe(stopAfter);
        Train("stopped", resume: true).ShouldBe(whole);
    }

    [Fact]
    public void A_killed_run_goes_on_from_its_last_checkpoint()
    {
        var whole = Train("whole", steps: 100);
        var killed = Tiny.With(Tiny.Plan, (_, step) =>
        {
            if (step == 57)
                throw new InvalidOperationException("killed");
        });
        Should.Throw<InvalidOperationException>(() => new TrainRequest { Experiment = killed, Steps = 100, Out = scratch["killed"] }.Run(new QuietDisplay()));
        File.AppendAllText(Path.Combine(scratch["killed"], "log.jsonl"), "{\"step\":57,\"lo");
        RunFolder.Open(scratch["killed"]).OpenNewest().State.Step.ShouldBe(50);

        Train("killed", resume: true).ShouldBe(whole);
        var steps = Log("killed").Where(line => line.TryGetProperty("loss", out _))
            .Select(line => line.GetProperty("step").GetInt32()).ToList();
        steps.ShouldBe(Enumerable.Range(1, 100));
    }

    [Fact]
    public void A_run_can_be_made_longer()
    {
        Train("a", steps: 5);
        new TrainRequest { Experiment = Tiny.Experiment, Steps = 9, Resume = scratch["a"] }.Run(new QuietDisplay()).Step.ShouldBe(9);
    }

    [Fact]
    public void A_run_leaves_its_description_log_pictures_and_checkpoints()
    {
        var summary = new TrainRequest { Experiment = Tiny.Experiment, Steps = 30, Out = scratch["a"] }.Run(new QuietDisplay());

        var description = JsonDocument.Parse(File.ReadAllText(Path.Combine(scratch["a"], "run.json"))).RootElement;
        description.GetProperty("experiment").GetString().ShouldBe("Tiny");
        description.GetProperty("parameters").GetInt64().ShouldBe(82);
        description.GetProperty("declaration")[3].GetProperty("value").GetString().ShouldBe("0.99");

        var log = Log("a");
        var losses = log.Where(line => line.TryGetProperty("loss", out _)).ToList();
        losses.Select(line => line.GetProperty("step").GetInt32()).ShouldBe(Enumerable.Range(1, 30));
        losses.ShouldAllBe(line => line.GetProperty("loss").GetDouble() > 0 && line.GetProperty("images_per_second").GetDouble() > 0 && line.GetProperty("gradient_norm").GetDouble() > 0);
        log.Where(line => line.TryGetProperty("picture", out _)).Select(line => line.GetProperty("step").GetInt32())
            .ShouldBe([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);

        Directory.EnumerateFiles(Path.Combine(scratch["a"], "samples")).Count().ShouldBe(11);
        Directory.EnumerateFiles(Path.Combine(scratch["a"], "checkpoints")).Select(Path.GetFileName).Order()
            .ShouldBe(["step-000024.safetensors", "step-000027.safetensors", "step-000030.safetensors"]);
        summary.DistanceAfter!.Value.ShouldBeLessThan(summary.DistanceBefore!.Value);
        summary.Checkpoint.ShouldBe(Path.Combine(scratch["a"], "checkpoints", "step-000030.safetensors"));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_keeps_the_good_checkpoint()
    {
        var poisoned = Tiny.With(Tiny.Plan, make: setup => new Tiny.Denoiser(setup, poison: 13));
        var exception = Should.Throw<DivergedException>(() => new TrainRequest { Experiment = poisoned, Steps = 30, Out = scratch["a"] }.Run(new QuietDisplay()));
        exception.Message.ShouldStartWith("step 13: the loss is NaN: every sample's loss is finite, at times 0.0");
        exception.Message.ShouldContain("; every layer's result is finite; the last good checkpoint is " + Path.Combine(scratch["a"], "checkpoints", "step-000012.safetensors"));
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBe(12);
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_not_saved()
    {
        var poisoned = Tiny.With(Tiny.Plan, (training, step) =>
        {
            if (step == 14)
                training.Weights.Values.fill_(float.NaN);
        });
        Should.Throw<DivergedException>(() => new TrainRequest { Experiment = poisoned, Steps = 30, Out = scratch["a"] }.Run(new QuietDisplay()))
            .Message.ShouldStartWith("step 14: loss and gradient are finite, but weights are not any more");
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBe(12);
    }

    [Fact]
    public void A_disk_that_fails_ends_the_run_with_the_last_checkpoint_whole()
    {
        var plan = Tiny.Plan with { Steps = 30 };
        var vanishing = Tiny.With(plan, (_, step) =>
        {
            if (step == 13)
                Directory.Move(Path.Combine(scratch["a"], "samples"), Path.Combine(scratch["a"], "gone"));
        });
        var message = Should.Throw<UserError>(() => new TrainRequest { Experiment = vanishing, Out = scratch["a"] }.Run(new QuietDisplay())).Message;
        message.ShouldContain("cannot be written at step 15");
        message.ShouldContain("step-000015.safetensors is whole");
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBe(15);
    }

    [Fact]
    public void Sources_are_kept_under_an_ending_that_no_project_compiles()
    {
        RunFolder.Create(scratch["a"], "Tiny")
            .WriteSources([new("A.cs", false, "first"), new("A.cs", false, "second"), new("A.g.cs", true, "third")]);
        Directory.EnumerateFiles(scratch["a"], "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(scratch["a"], file), File.ReadAllText)
            .ShouldBe(new Dictionary<string, string>
            {
                [Path.Combine("source", "A.cs.txt")] = "first",
                [Path.Combine("source", "A-2.cs.txt")] = "second",
                [Path.Combine("source", "generated", "A.g.cs.txt")] = "third",
            }, ignoreOrder: true);
    }

    [Fact]
    public void Data_that_vanish_end_the_run_with_the_last_checkpoint_whole()
    {
        foreach (var name in (string[])["1.png", "2.png", "3.png"])
            scratch.Write("data/faces/" + name, new PngFile(2, 1, 8, PngColour.Grey, [100, 200]).ToBytes());
        var plan = Tiny.Plan with { Steps = 30, Data = new Faces(), DataShape = [1, 1, 2] };
        var vanishing = Tiny.With(plan, (_, step) =>
        {
            if (step == 13)
                File.Delete(scratch["data/faces/2.png"]);
        });
        var message = Should.Throw<UserError>(() => new TrainRequest { Experiment = vanishing, Data = scratch["data"], Out = scratch["a"] }.Run(new QuietDisplay())).Message;
        message.ShouldContain("2.png: cannot be read");
        message.ShouldContain(".safetensors is whole, go on from there with: ");
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBeInRange(12, 30);
    }

    private sealed record Faces() : CM.Dsl.PngImages("faces");

    [Fact]
    public void An_average_of_any_width_is_made_of_those_that_were_put_aside()
    {
        const int Steps = 400;
        AverageRule[] rules = [new PowerFunctionEma(0.05, snapshots: 20), new PowerFunctionEma(0.1, snapshots: 20), new PowerFunctionEma(0.075)];
        var experiment = Tiny.With(Tiny.Plan, make: setup => new Tiny.Denoiser(setup, averages: rules));
        new TrainRequest { Experiment = experiment, Steps = Steps, Out = scratch["a"] }.Run(new QuietDisplay());
        var folder = RunFolder.Open(scratch["a"]);
        Directory.EnumerateFiles(Path.Combine(scratch["a"], "averages")).Count().ShouldBe(40);

        using var training = experiment.NewTraining(Tiny.Setup(Steps));
        using (var checkpoint = folder.OpenNewest())
            checkpoint.Load(training);
        folder.Weights(training, Steps, null).ShouldBeSameAs(training.Averages[0].Weights);
        folder.Weights(training, Steps, "power-0.075").ShouldBeSameAs(training.Averages[2].Weights, "it was kept");
        Should.Throw<UserError>(() => folder.Weights(training, Steps, "0.9")).Message
            .ShouldContain("there are: power-0.05, power-0.1, power-0.075, online.");
        Should.Throw<UserError>(() => folder.Weights(training, Steps, "power-0.4")).Message.ShouldContain("below 0.2887");

        // A hundredth of the way between the two widths at most.
        var wanted = training.Averages[2].Weights.Values.clone();
        var online = training.Weights.Values.clone();
        folder.Snapshots.Reconstruct(training.Weights, new(Steps, 0.075));
        var error = (training.Weights.Values - wanted).norm().item<float>();
        error.ShouldBeLessThan(0.01f * (training.Averages[0].Weights.Values - training.Averages[1].Weights.Values).norm().item<float>());
        error.ShouldBeLessThan(0.01f * (online - wanted).norm().item<float>());
        folder.Snapshots.Reconstruct(training.Weights, new(Steps, 0.1));
        training.Weights["In.weight"].Floats().ShouldMatch(training.Averages[1].Weights["In.weight"].Floats());
    }

    [Fact]
    public void Too_few_averages_put_aside_are_told_of()
    {
        Train("a", steps: 5);
        using var training = new Tiny.Denoiser(Tiny.Setup());
        Should.Throw<UserError>(() => RunFolder.Open(scratch["a"]).Weights(training, 5, "power-0.05")).Message
            .ShouldContain("there are 0, too few to make it from; declare some");
    }

    [Theory, InlineData(2), InlineData(15)]
    public void A_signal_stops_within_a_step_and_saves(int signal)
    {
        var signalled = Tiny.With(Tiny.Plan, SignalIn(6, signal));
        var summary = new TrainRequest { Experiment = signalled, Out = scratch["a"] }.Run(new QuietDisplay());
        summary.Step.ShouldBe(7);
        summary.Picture.ShouldBe(Path.Combine(scratch["a"], "samples", "step-000007.png"));
        RunFolder.Open(scratch["a"]).OpenNewest().State.Step.ShouldBe(7);
    }

    /// <summary>Trains and gives all numbers of the last checkpoint.</summary>
    private float[] Train(string folder, int? steps = null, long? seed = null, int stopAfter = -1, bool resume = false)
    {
        var experiment = stopAfter < 0 ? Tiny.Experiment : Tiny.With(Tiny.Plan, SignalIn(stopAfter - 1, signal: 2));
        new TrainRequest
        {
            Experiment = experiment,
            Steps = steps,
            Seed = seed,
            Out = resume ? null : scratch[folder],
            Resume = resume ? scratch[folder] : null,
        }
            .Run(new QuietDisplay());
        using var checkpoint = RunFolder.Open(scratch[folder]).OpenNewest();
        using var training = new Tiny.Denoiser(Tiny.Setup());
        checkpoint.Load(training);
        return CheckpointTests.Everything(training);
    }

    private static Action<ConsistencyTrainer, int> SignalIn(int step, int signal) => (_, now) =>
    {
        if (now != step)
            return;
        Kill(Environment.ProcessId, signal).ShouldBe(0);
        Thread.Sleep(300); // the runtime hears of signals on another thread
    };

    private List<JsonElement> Log(string folder) =>
        [.. File.ReadLines(Path.Combine(scratch[folder], "log.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

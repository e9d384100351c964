using System.Runtime.InteropServices;

namespace CM.Runtime.Tests;

public sealed class OutOfMemoryTests : IDisposable
{
    private const string Cpu = "[enforce fail at alloc_cpu.cpp:66] . DefaultCPUAllocator: can't allocate memory: "
        + "you tried to allocate 51539607552 bytes. Error code 12 (Cannot allocate memory)";
    private const string Cuda1 = "CUDA out of memory. Tried to allocate 2.50 GiB (GPU 0; 79.15 GiB total capacity; "
        + "74.00 GiB already allocated; 1.25 GiB free; 75.00 GiB reserved in total by PyTorch) If reserved memory is >> allocated memory "
        + "try setting max_split_size_mb to avoid fragmentation.";
    private const string Cuda2 = "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.15 GiB of which 12.50 "
        + "MiB is free. Including non-PyTorch memory, this process has 79.14 GiB memory in use.";

    private static readonly Experiment Large = Tiny.Experiment with
    {
        Network = Tiny.Network with { Activations = 1_000_000, Parameters = 10_000_000 },
    };

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(Cpu, 51539607552, null)]
    [InlineData(Cuda1, (long)(2.5 * (1 << 30)), (long)(1.25 * (1 << 30)))]
    [InlineData(Cuda2, 20L << 20, (long)(12.5 * (1 << 20)))]
    [InlineData("cuda runtime error (2) : out of memory", 0L, null)]
    [InlineData("mat1 and mat2 shapes cannot be multiplied", null, null)]
    public void Messages_of_libtorch_are_understood(string message, long? asked, long? free)
    {
        OutOfMemory.Asked(message).ShouldBe(asked);
        OutOfMemory.Free(message).ShouldBe(free);
        OutOfMemory.IsCause(new ExternalException(message)).ShouldBe(asked is not null);
    }

    [Fact]
    public void A_real_request_that_is_too_large_is_understood()
    {
        var fault = Should.Throw<ExternalException>(() => torch.empty([1L << 50], torch.ScalarType.Float32).Dispose());
        OutOfMemory.Asked(fault.Message).ShouldBe(1L << 52);
    }

    [Fact]
    public void The_batch_that_fits_leaves_room_for_the_weights()
    {
        OutOfMemory.Fitting(Large, 4096, 1_000_000_000).ShouldBe(160, "0.4 GB less 6 · 4 · 10⁷ bytes");
        OutOfMemory.Fitting(Large, 300, 1_000_000_000)
            .ShouldBe(150, "the estimate is too small where it says that what did not fit should have");
        OutOfMemory.Fitting(Large, 4096, 200_000_000).ShouldBe(0);
        OutOfMemory.Fitting(Large with { Network = Large.Network with { Activations = -1 } }, 4096, 1_000_000_000).ShouldBeNull();
    }

    [Fact]
    public void Only_what_cannot_fit_is_refused()
    {
        // 10⁷ parameters, held 6 times, are 0.24 GB; an example keeps 1 MB, half of which must fit.
        OutOfMemory.Check(Large, Tiny.Setup(), 300, 390_000_000);
        Should.Throw<UserError>(() => OutOfMemory.Check(Large, Tiny.Setup(), 301, 390_000_000)).Message.ShouldBe(
            "--batch 32: takes about 0.54 GB on cpu, where 0.39 GB are free; not even a batch of 1 fits: an example keeps 1.00 MB, "
                + "weights with gradients, moments and averages take 0.24 GB.");
        OutOfMemory.Check(Large, Tiny.Setup(), 0, 240_000_000);
        Should.Throw<UserError>(() => OutOfMemory.Check(Large, Tiny.Setup(), 0, 239_999_999)).Message.ShouldBe(
            "Tiny: 10,000,000 parameters, held 6 times with gradients, moments and averages, take 0.24 GB on cpu, where 0.24 GB are free; "
                + "take a machine that has more.");
        OutOfMemory.Check(Large, Tiny.Setup(), 1_000_000, null);
    }

    [Fact]
    public void A_training_holds_as_many_copies_as_its_plan_says()
    {
        using var training = Tiny.Experiment.NewTraining(Tiny.Setup());
        (2 + training.Optimizer.Moments.Count + training.Averages.Count).ShouldBe(Tiny.Plan.Copies);
    }

    [Fact]
    public void What_cannot_fit_is_refused_before_anything_is_written()
    {
        var experiment = Tiny.Experiment with { Network = Tiny.Network with { Activations = 1L << 40 } };
        var request = new TrainRequest { Experiment = experiment, Batch = 512, Out = scratch["a"] };
        var fault = Should.Throw<UserError>(() => request.Run(new QuietDisplay()));
        fault.Message.ShouldMatch(@"^--batch 512: takes about 562,949\.95 GB on cpu, where [\d,.]+ GB are free; not even a batch of 1 fits: an example keeps 1,099,511\.63 MB, ");
        Directory.Exists(scratch["a"]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, ".")]
    [InlineData(7, "; ")]
    public void A_run_ends_with_what_was_asked_what_was_free_and_what_would_fit(int step, string end)
    {
        var starving = Tiny.With(Tiny.Plan, (_, now) =>
        {
            if (now == step)
                throw new ExternalException(Cuda1);
        });
        var request = new TrainRequest { Experiment = starving, Steps = 20, Batch = 4096, Out = scratch["a"] };
        var fault = Should.Throw<UserError>(() => request.Run(new QuietDisplay()));
        fault.Message.ShouldStartWith($"step {step}: out of memory on cpu: 2.68 GB more were asked for, 1.34 GB were free; "
            + "a batch of 2,048 should fit (--batch 2048): an example keeps 0.00 MB, weights with gradients, "
            + $"moments and averages take 0.00 GB{end}");
        fault.Message.Contains("is whole, go on from there").ShouldBe(step > 0);
    }

    [Fact]
    public void What_is_free_is_less_than_what_the_machine_has() =>
        DeviceMemory.Free(new Device(DeviceType.CPU, -1))!.Value.ShouldBeInRange(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}

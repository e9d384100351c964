using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class RuntimeTests
{
    [Fact]
    public void The_library_says_what_it_is()
    {
        Version.TryParse(LibTorch.Version.Split('+')[0], out _).ShouldBeTrue(LibTorch.Version);
        LibTorch.BuildInfo.ShouldContain("get_num_threads");
        if (OperatingSystem.IsLinux())
            LibTorch.MemoryIsKept.ShouldBeTrue();
    }

    [Fact]
    public void Threads_can_be_set_and_start_at_the_physical_cores()
    {
        var before = get_num_threads();
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OMP_NUM_THREADS")))
            before.ShouldBe(Threads.PhysicalCores);
        Threads.PhysicalCores.ShouldBeInRange(1, Environment.ProcessorCount);
        set_num_threads(1);
        get_num_threads().ShouldBe(1);
        set_num_threads(before);
    }

    [Fact]
    public void Devices_are_read_and_written()
    {
        new Device("cuda:1").ToString().ShouldBe("cuda:1");
        (device("cuda").type, device("cuda").index).ShouldBe((DeviceType.CUDA, -1));
        ((Device)"cpu").type.ShouldBe(DeviceType.CPU);
        TryInitializeDeviceType(DeviceType.CPU).ShouldBeTrue();
        TryInitializeDeviceType(DeviceType.CUDA).ShouldBe(cuda.is_available());
        using var nowhere = empty(3, device: META);
        nowhere.is_meta.ShouldBeTrue();
        nowhere.is_pinned().ShouldBeFalse();
    }

    [Fact]
    public void Types_promote() => promote_types(ScalarType.Int64, ScalarType.Float32).ShouldBe(ScalarType.Float32);

    [CudaFact]
    public void Tensors_go_to_the_gpu_and_come_back()
    {
        using var scope = NewDisposeScope();
        cuda.device_count().ShouldBeGreaterThan(0);
        var x = arange(6, dtype: ScalarType.Float32, device: CUDA).reshape(2, 3);
        x.is_cuda.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => x.data<float>());
        matmul(x, x.t()).cpu().data<float>().ToArray().ShouldBe([5, 14, 14, 50]);
        x.sum().item<float>().ShouldBe(15);
    }

    [CudaFact]
    public void The_gpus_generator_is_seeded_and_has_a_state()
    {
        using var scope = NewDisposeScope();
        cuda.manual_seed_all(5);
        var first = randn(100, device: CUDA);
        cuda.manual_seed_all(5);
        randn(100, device: CUDA).Equals(first).ShouldBeTrue();
        using var generator = LibTorch.DefaultGenerator(new Device(DeviceType.CUDA, 0));
        var state = generator.get_state();
        var next = randn(100, device: CUDA);
        generator.set_state(state);
        randn(100, device: CUDA).Equals(next).ShouldBeTrue();
        cuda.synchronize();
    }
}

/// <summary>A test for machines with a CUDA device; skipped by name elsewhere.</summary>
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!cuda.is_available())
            Skip = "no CUDA device, or a libtorch without CUDA";
    }
}

using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

/// <summary>Recordings of a device, and copies beside its work.</summary>
public sealed class StreamTests
{
    [Fact]
    public void The_CPU_records_nothing_and_says_so()
    {
        DeviceGraph.Serves(CPU).ShouldBeFalse();
        if (!cuda.is_available())
            Should.Throw<ExternalException>(() => new Upload(CUDA)).Message.ShouldNotBeEmpty();
    }

    [CudaFact]
    public void A_recording_reads_inputs_anew_and_draws_anew_as_it_is_seeded()
    {
        using var scope = NewDisposeScope();
        using var graph = new DeviceGraph(new Device(DeviceType.CUDA, 0));
        var (input, output, drawn) = (zeros(1000, device: CUDA), zeros(1000, device: CUDA), zeros(1000, device: CUDA));
        graph.WarmUp(Work);
        graph.Record(Work);
        input.fill_(3);
        graph.Replay();
        output.sum().item<float>().ShouldBe(6000);
        input.fill_(4);
        cuda.manual_seed_all(1);
        graph.Replay();
        output.sum().item<float>().ShouldBe(8000);
        var first = drawn.clone();
        graph.Replay();
        drawn.Equals(first).ShouldBeFalse();
        cuda.manual_seed_all(1);
        graph.Replay();
        drawn.Equals(first).ShouldBeTrue();

        void Work()
        {
            using var _ = NewDisposeScope();
            output.copy_(input * 2);
            drawn.copy_(randn(1000, device: CUDA));
        }
    }

    [CudaFact]
    public void What_waits_for_the_device_cannot_be_recorded()
    {
        using var graph = new DeviceGraph(new Device(DeviceType.CUDA, 0));
        using var one = ones(1, device: CUDA);
        Should.Throw<ExternalException>(() => graph.Record(() => one.item<float>()));
        one.item<float>().ShouldBe(1);
    }

    [CudaFact]
    public void Sent_tensors_arrive_whole()
    {
        using var upload = new Upload(new Device(DeviceType.CUDA, 0));
        for (var i = 0; i < 50; i++)
        {
            var staged = upload.Stage([1 << 20], ScalarType.Float32);
            staged.fill_(i);
            using var parcel = upload.Send(staged);
            using var tensor = parcel.Receive();
            using var sum = tensor.sum();
            sum.item<float>().ShouldBe((float)i * (1 << 20));
        }
    }
}

namespace CM.Runtime.Tests;

/// <summary>What the doctor makes of GPUs, of which there are none here.</summary>
public sealed class DoctorTests
{
    private static readonly Accelerator Card = new("NVIDIA H100 80GB HBM3", 85_029_158_912);

    [Theory]
    [InlineData(8, 8, "  - CUDA Runtime 12.4", "8 × NVIDIA H100 80GB HBM3, 85 GB, with CUDA", null)]
    [InlineData(1, 1, "  - HIP Runtime 6.0", "NVIDIA H100 80GB HBM3, 85 GB, with ROCm", null)]
    [InlineData(1, 0, "  - CPU capability usage: AVX2", "but this libtorch is for the CPU", "CM_LIBTORCH")]
    [InlineData(1, 0, "  - CUDA Runtime 12.4", "libtorch with CUDA finds none of them", "CUDA_VISIBLE_DEVICES")]
    [InlineData(0, 0, "  - CUDA Runtime 12.4", "no driver tells of a GPU", "nvidia-smi")]
    [InlineData(0, 0, "  - CPU capability usage: AVX2", "no GPU, training runs on the CPU", null)]
    public void Devices_that_cannot_be_used_have_a_remedy(int devices, int usable, string build, string found, string? remedy)
    {
        var finding = DoctorCommand.ExamineDevices([.. Enumerable.Repeat(Card, devices)], usable, build);
        finding.Found.ShouldContain(found);
        if (remedy is null)
            finding.Remedy.ShouldBeNull();
        else
            finding.Remedy.ShouldNotBeNull().ShouldContain(remedy);
    }

    [Fact]
    public void The_memory_of_amds_cards_is_read()
    {
        using var folder = new Scratch();
        Directory.CreateDirectory(folder["renderD128/device"]);
        File.WriteAllText(folder["renderD128/device/mem_info_vram_total"], "206141652992\n");
        Directory.CreateDirectory(folder["renderD129/device"]);
        Accelerator.OfAmd(folder.Path).ShouldBe([new Accelerator("AMD GPU", 206_141_652_992)]);
    }
}

namespace CM.Runtime.Tests;

/// <summary>What the doctor makes of GPUs, of which there are none here.</summary>
public sealed class DoctorTests
{
    private static readonly Accelerator Card = new("NVIDIA H100 80GB HBM3", 85_029_158_912);

    [Theory]
    [InlineData(8, 8, true, "8 × NVIDIA H100 80GB HBM3, 85 GB, with CUDA", null)]
    [InlineData(1, 0, false, "but this libtorch is for the CPU", "TorchPackage")]
    [InlineData(1, 0, true, "libtorch with CUDA finds none of them", "CUDA_VISIBLE_DEVICES")]
    [InlineData(0, 0, true, "no driver tells of a GPU", "nvidia-smi")]
    [InlineData(0, 0, false, "no GPU, training runs on the CPU", null)]
    public void Devices_that_cannot_be_used_have_a_remedy(int devices, int usable, bool hasCuda, string found, string? remedy)
    {
        var finding = DoctorCommand.ExamineDevices([.. Enumerable.Repeat(Card, devices)], usable, hasCuda);
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

using System.Text.Json;

namespace CM.Cli.Tests;

/// <summary><c>doctor</c>: what it looks at, and what it makes of GPUs, of which there are none here.</summary>
public sealed class DoctorTests : CommandFixture
{
    private static readonly Accelerator Card = new("NVIDIA H100 80GB HBM3", 85_029_158_912);

    [Fact]
    public void Doctor_looks_at_everything()
    {
        var json = Json("doctor", "--json");
        json.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString())
            .ShouldBe(["libtorch", "threads", "devices", "disk"]);
        json.GetProperty("checks")[0].GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Doctor_names_the_data_that_is_missing()
    {
        var json = JsonDocument.Parse(Run(0, [Digits()], "doctor", "--json", "--data", Scratch.Path).Output).RootElement;
        var data = json.GetProperty("checks")[4];
        (data.GetProperty("name").GetString(), data.GetProperty("ok").GetBoolean()).ShouldBe(("data Mnist", false));
        data.GetProperty("remedy").GetString()!.ShouldContain("train-images-idx3-ubyte.gz");
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

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
        Directory.CreateDirectory(Scratch["renderD128/device"]);
        File.WriteAllText(Scratch["renderD128/device/mem_info_vram_total"], "206141652992\n");
        Directory.CreateDirectory(Scratch["renderD129/device"]);
        Accelerator.OfAmd(Scratch.Path).ShouldBe([new Accelerator("AMD GPU", 206_141_652_992)]);
    }
}

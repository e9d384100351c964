using System.Xml.Linq;

namespace CM.Driver.Tests;

public sealed class TorchChoiceTests : IDisposable
{
    private const string Cpu = "TorchSharp-cpu", Cuda = "TorchSharp-cuda-linux", Unknown = "NU1101: Unable to find package.";

    private readonly string folder = Directory.CreateTempSubdirectory("cm-").FullName;
    private readonly List<string> said = [], restored = [];
    private int asked;

    private string Remembered => Path.Combine(folder, "torch.props");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(false, null, Cpu, 0, "TorchSharp-cpu: no NVIDIA driver answers")]
    [InlineData(false, Unknown, Cpu, 0, "TorchSharp-cpu: no NVIDIA driver answers")]
    [InlineData(true, null, Cuda, 1, $"{Cuda}: an NVIDIA driver answers, and the package restores")]
    [InlineData(true, Unknown, Cpu, 1, $"{Cpu}: an NVIDIA driver answers, but {Cuda} does not restore: {Unknown}; delete .cm/torch.props")]
    public void CUDA_needs_a_driver_that_answers_and_a_package_that_restores(
        bool driver, string? failure, string chosen, int restores, string line)
    {
        Choose(driver, failure).ShouldBe(chosen);
        said[^1].ShouldStartWith(line);
        restored.ShouldBe(Enumerable.Repeat(Cuda, restores));
    }

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(true, Unknown)]
    public void A_choice_is_remembered_without_a_word_or_a_restore(bool driver, string? failure)
    {
        var chosen = Choose(driver, failure);
        (var lines, var restores) = (said.Count, restored.Count);
        Choose(driver, failure).ShouldBe(chosen);
        (said.Count, restored.Count).ShouldBe((lines, restores));
    }

    [Fact]
    public void A_driver_that_appears_later_is_taken()
    {
        Choose(driver: false, failure: null).ShouldBe(Cpu);
        Choose(driver: true, failure: null).ShouldBe(Cuda);
    }

    [Fact]
    public void CUDA_stays_chosen_without_asking_the_driver_again()
    {
        Choose(driver: true, failure: null);
        asked = 0;
        Choose(driver: false, failure: null).ShouldBe(Cuda);
        asked.ShouldBe(0);
    }

    [Fact]
    public void A_machine_for_which_there_is_no_CUDA_package_asks_no_driver()
    {
        Choose(driver: true, failure: null, cuda: null).ShouldBe(Cpu);
        (asked, restored.Count).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData(Cpu)]
    [InlineData(Cuda)]
    [InlineData("TorchSharp-cuda-windows")]
    public void The_environment_overrides_and_leaves_no_trace(string package)
    {
        Choose(driver: true, failure: null, byEnvironment: package).ShouldBe(package);
        (asked, restored.Count, said.Count, File.Exists(Remembered)).ShouldBe((0, 0, 0, false));
    }

    [Fact]
    public void An_unknown_package_in_the_environment_is_refused_with_the_known_ones() =>
        Should.Throw<UserError>(() => Choose(driver: true, failure: null, byEnvironment: "TorchSharp-rocm")).Message
            .ShouldBe($"TorchPackage=TorchSharp-rocm in the environment is none of {Cpu}, {Cuda}, TorchSharp-cuda-windows");

    [Theory]
    [InlineData("")]
    [InlineData("<Project>")]
    [InlineData("<Project><PropertyGroup><TorchPackage>TorchSharp-rocm</TorchPackage></PropertyGroup></Project>")]
    public void A_file_that_names_no_package_is_written_anew(string text)
    {
        File.WriteAllText(Remembered, text);
        Choose(driver: true, failure: null).ShouldBe(Cuda);
        Choose(driver: false, failure: null).ShouldBe(Cuda);
    }

    [Fact]
    public void A_file_that_the_user_wrote_is_followed()
    {
        File.WriteAllText(Remembered, "<Project><PropertyGroup><TorchPackage>TorchSharp-cpu</TorchPackage></PropertyGroup></Project>");
        Choose(driver: true, failure: null).ShouldBe(Cpu);
        asked.ShouldBe(0);
    }

    [Fact]
    public void The_file_gives_MSBuild_the_package_unless_the_environment_did()
    {
        Choose(driver: true, failure: null);
        var property = XDocument.Load(Remembered).Root!.Element("PropertyGroup")!.Element("TorchPackage")!;
        (property.Value, property.Attribute("Condition")!.Value).ShouldBe((Cuda, "'$(TorchPackage)' == ''"));
    }

    private string Choose(bool driver, string? failure, string? byEnvironment = null, string? cuda = Cuda)
    {
        return new TorchChoice(Remembered, cuda, Driver, Restore, said.Add).Package(byEnvironment);

        bool Driver()
        {
            asked++;
            return driver;
        }

        string? Restore(string package)
        {
            restored.Add(package);
            return failure;
        }
    }
}

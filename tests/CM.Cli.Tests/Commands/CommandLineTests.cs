using System.CommandLine;

namespace CM.Cli.Tests;

/// <summary>What all commands share: help, exit codes, one line an error.</summary>
public sealed class CommandLineTests : CommandFixture
{
    [Fact]
    public void Help_is_everywhere()
    {
        string[] commands = ["", "list", "describe", "train", "sample", "export", "import", "data", "data prepare", "data fetch", "doctor"];
        foreach (var command in commands)
            Good([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).ShouldContain("Usage:");
        var help = Good("train", "--help");
        string[] options = ["--steps", "--batch", "--seed", "--data", "--out", "--device", "--threads", "--resume", "--json", "--verbose"];
        foreach (var option in options)
            help.ShouldContain(option);
    }

    [Fact]
    public void A_program_adds_commands_of_its_own()
    {
        using var output = new StringWriter();
        var greet = new Command("greet", "Say hello.");
        greet.SetAction(_ =>
        {
            output.Write("hello");
            return 3;
        });
        CommandLine.Run(["greet"], new Registry([], []), output, output, greet).ShouldBe(3);
        output.ToString().ShouldBe("hello");
        CommandLine.Run(["--help"], new Registry([], []), output, output, greet).ShouldBe(0);
        output.ToString().ShouldContain("Say hello.");
        Bad(2, "greet").ShouldContain("There is no command 'greet'");
    }

    [Fact]
    public void Unknown_names_bring_the_nearest()
    {
        Bad(2, "train", "tinny").ShouldBe("error: There is no experiment 'tinny'; did you mean 'Tiny'? There are: Tiny.");
        Bad(2, "describe", "TinyDenoizer").ShouldContain("did you mean 'TinyDenoiser'?");
        Bad(2, "tarin", "Tiny").ShouldContain("no command 'tarin'; did you mean 'train'?");
    }

    [Theory]
    [InlineData("fly")]
    [InlineData("train")]
    [InlineData("train", "Tiny", "--stepz", "3")]
    [InlineData("train", "Tiny", "--steps", "many")]
    [InlineData("train", "Tiny", "--steps", "0")]
    [InlineData("train", "Tiny", "--batch", "-1")]
    [InlineData("train", "Tiny", "--threads", "0")]
    [InlineData("train", "Tiny", "--device", "gpu")]
    [InlineData("train", "Tiny", "--device", "cuda:x")]
    [InlineData("train", "Tiny", "--resume", "/nowhere")]
    [InlineData("train", "Tiny", "--resume", "/tmp", "--out", "/tmp/x")]
    [InlineData("sample", "/nowhere")]
    [InlineData("export", "/nowhere", "/tmp/x.safetensors")]
    [InlineData("import", "/nowhere")]
    [InlineData("import", "/etc/hostname", "--out", "/tmp/x.safetensors")]
    [InlineData("train", "Tiny", "--weights", "/nowhere")]
    [InlineData("train", "Tiny", "--fork", "/nowhere")]
    [InlineData("train", "Tiny", "--weights", "/tmp/x", "--fork", "/tmp/y")]
    [InlineData("train", "Tiny", "--keep", "0")]
    [InlineData("data", "fetch", "cifar100")]
    [InlineData("data", "fetch", "mnist", "--from", "mirror")]
    [InlineData("data", "prepare", "/nowhere", "/tmp/x.zip", "--size", "8")]
    [InlineData("data", "prepare", "/tmp", "/tmp/x.zip", "--size", "0")]
    [InlineData("data", "prepare", "/tmp", "/tmp/x.zip")]
    public void Mistakes_end_with_code_2_and_one_line(params string[] args)
    {
        Environment.CurrentDirectory.ShouldNotBe(Scratch.Path);
        Bad(2, args);
        Directory.Exists("runs").ShouldBeFalse();
    }

    [Theory]
    [InlineData("weights are written as .safetensors; choose such a name.", "export", "/nowhere", "out.onnx")]
    [InlineData("weights are written as .safetensors; choose such a name.", "export", "/nowhere", "out")]
    [InlineData("weights are written as .safetensors; choose such a name.", "import", "/nowhere", "Tiny", "--out", "out.onnx")]
    [InlineData("prepared pictures are written as .zip; choose such a name.", "data", "prepare", "/nowhere", "out.tar", "--size", "8")]
    [InlineData(
        "out/x.safetensors: there is no folder out; make it first, or name a file in another.", "export", "/nowhere", "out/x.safetensors")]
    public void Files_of_formats_that_are_not_written_are_refused_before_anything_else(string message, params string[] args) =>
        Bad(2, args).ShouldContain(message);

    [Fact]
    public void A_diverged_training_ends_with_code_3()
    {
        var poisoned = Tiny.With(Tiny.Plan, make: setup => new Tiny.Denoiser(setup, poison: 2));
        Run(3, [poisoned], "train", "Tiny", "--out", Scratch["a"]).Errors.ShouldContain("step 2: the loss is NaN");
    }

    [Fact]
    public void Our_own_faults_end_with_code_1_and_show_where_on_demand()
    {
        var broken = Tiny.With(Tiny.Plan, (_, _) => throw new InvalidOperationException("first line\nsecond line"));
        var errors = Run(1, [broken], "train", "Tiny", "--out", Scratch["a"]).Errors;
        errors.ShouldBe("error: InvalidOperationException: first line second line\n       (--verbose shows where it came from)");
        Run(1, [broken], "train", "Tiny", "--out", Scratch["b"], "--verbose").Errors.ShouldContain("   at CM.Cli.Tests.");
    }
}

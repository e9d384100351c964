using System.CommandLine;
using System.Text.Json;
using CM.Dsl;

namespace CM.Runtime.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void List_names_experiments_and_networks()
    {
        var json = Json("list", "--json");
        json.EnumerateObject().Select(property => property.Name).ShouldBe(["experiments", "networks"]);
        json.GetProperty("experiments")[0].GetProperty("name").GetString().ShouldBe("Tiny");
        json.GetProperty("networks")[0].GetProperty("name").GetString().ShouldBe("TinyDenoiser");
        Good("list").ShouldContain("TinyDenoiser");
    }

    [Theory, InlineData("Tiny", "experiment"), InlineData("TinyDenoiser", "network")]
    public void Describe_shows_layers_with_their_shapes(string name, string kind)
    {
        var json = Json("describe", name, "--json");
        json.GetProperty("name").GetString().ShouldBe(name);
        json.GetProperty("kind").GetString().ShouldBe(kind);
        json.GetProperty("parameters").GetInt64().ShouldBe(82);
        var layer = json.GetProperty("layers")[0];
        (layer.GetProperty("name").GetString(), layer.GetProperty("kind").GetString(), layer.GetProperty("input").GetString(), layer.GetProperty("output").GetString(), layer.GetProperty("parameters").GetInt64())
            .ShouldBe(("In", "Linear 2→16", "[B, 2]", "[B, 16]", 48));
        (json.GetProperty("multiplyAdds").GetInt64(), json.GetProperty("activationBytes").GetInt64()).ShouldBe((64, 80));
        var text = Good("describe", name);
        text.ShouldContain("Linear 2→16");
        text.ShouldContain("Activations of an example    80 bytes");
    }

    [Fact]
    public void Train_prints_the_log_and_a_summary_as_json()
    {
        var lines = Good("train", "Tiny", "--steps", "5", "--seed", "8", "--out", scratch["a"], "--json").Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines[..^1].Where(line => line.TryGetProperty("loss", out _)).Select(line => line.GetProperty("step").GetInt32()).ShouldBe([1, 2, 3, 4, 5]);
        var summary = lines[^1];
        summary.GetProperty("run").GetString().ShouldBe(scratch["a"]);
        summary.GetProperty("loss").GetDouble().ShouldBeGreaterThan(0);
        summary.GetProperty("seconds").GetDouble().ShouldBeGreaterThan(0);
        File.Exists(summary.GetProperty("checkpoint").GetString()).ShouldBeTrue();
        File.Exists(summary.GetProperty("picture").GetString()).ShouldBeTrue();
    }

    [Fact]
    public void The_last_line_is_the_command_that_resumes()
    {
        Environment.SetEnvironmentVariable("CM_PROGRAM", "./cm");
        try
        {
            var last = Good("train", "Tiny", "--steps", "5", "--out", scratch["with space"]).Split('\n')[^1];
            last.ShouldBe($"./cm train Tiny --resume '{scratch["with space"]}'");
        }
        finally
        {
            Environment.SetEnvironmentVariable("CM_PROGRAM", null);
        }
        Good("train", "Tiny", "--steps", "8", "--resume", scratch["with space"]).ShouldContain("8 of 8 steps done");
    }

    [Fact]
    public void Sample_draws_and_never_overwrites()
    {
        Good("train", "Tiny", "--steps", "5", "--out", scratch["a"]);
        var first = Json("sample", scratch["a"], "--count", "50", "--json");
        var second = Json("sample", scratch["a"], "--count", "50", "--json");
        var other = Json("sample", scratch["a"], "--count", "50", "--seed", "9", "--json");
        File.ReadAllBytes(Picture(second)).ShouldBe(File.ReadAllBytes(Picture(first)));
        File.ReadAllBytes(Picture(other)).ShouldNotBe(File.ReadAllBytes(Picture(first)));
        new[] { Picture(first), Picture(second), Picture(other) }.Distinct().Count().ShouldBe(3);
        Bad(2, "sample", scratch["a"], "--out", Picture(first)).ShouldContain("is there already");

        var averaged = Json("sample", scratch["a"], "--count", "50", "--ema", "0.9", "--json");
        File.ReadAllBytes(Picture(averaged)).ShouldBe(File.ReadAllBytes(Picture(first)), "the first average is the usual one");
        var online = Json("sample", scratch["a"], "--count", "50", "--ema", "online", "--json");
        File.ReadAllBytes(Picture(online)).ShouldNotBe(File.ReadAllBytes(Picture(first)));
        Bad(2, "sample", scratch["a"], "--ema", "0.5").ShouldContain("--ema 0.5: there is no such average; there are: 0.9, 0.99, online.");
        Good("sample", scratch["a"], "--out", scratch["new.png"]);

        static string Picture(JsonElement result) => result.GetProperty("picture").GetString()!;
    }

    [Fact]
    public void Sample_and_the_end_of_training_agree()
    {
        Good("train", "Tiny", "--steps", "5", "--out", scratch["a"]);
        var picture = Json("sample", scratch["a"], "--json").GetProperty("picture").GetString()!;
        File.ReadAllBytes(picture).ShouldBe(File.ReadAllBytes(Path.Combine(scratch["a"], "samples", "step-000005.png")));
    }

    [Fact]
    public void Doctor_looks_at_everything()
    {
        var json = Json("doctor", "--json");
        json.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ShouldBe(["libtorch", "threads", "devices", "disk"]);
        json.GetProperty("checks")[0].GetProperty("ok").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void Doctor_names_the_data_that_is_missing()
    {
        var json = JsonDocument.Parse(Run(0, [Digits()], "doctor", "--json", "--data", scratch.Path).Output).RootElement;
        var data = json.GetProperty("checks")[4];
        (data.GetProperty("name").GetString(), data.GetProperty("ok").GetBoolean()).ShouldBe(("data Mnist", false));
        data.GetProperty("remedy").GetString()!.ShouldContain("train-images-idx3-ubyte.gz");
        json.GetProperty("ok").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void More_processes_than_one_are_refused_in_a_line()
    {
        Bad(2, "train", "Tiny", "--procs", "2").ShouldContain("--procs 2: this version trains in one process; leave --procs out.");
        Directory.EnumerateFileSystemEntries(scratch.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Help_is_everywhere()
    {
        foreach (var command in (string[])["", "list", "describe", "train", "sample", "export", "import", "data", "data prepare", "data fetch", "doctor"])
            Good([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]).ShouldContain("Usage:");
        var help = Good("train", "--help");
        foreach (var option in (string[])["--steps", "--batch", "--seed", "--data", "--out", "--device", "--threads", "--resume", "--json", "--verbose"])
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
    public void Weights_go_out_and_come_in_again()
    {
        Good("train", "Tiny", "--steps", "6", "--out", scratch["a"]);
        Json("export", scratch["a"], scratch["first.safetensors"], "--json").GetProperty("parameters").GetInt64().ShouldBe(82);
        Good("export", scratch["a"], scratch["online.safetensors"], "--ema", "online").ShouldContain("82 parameters of Tiny after 6 steps");
        Bad(2, "export", scratch["a"], scratch["online.safetensors"]).ShouldContain("is there already");
        Bad(2, "export", scratch["a"], scratch["x.safetensors"], "--ema", "0.5").ShouldContain("0.5");
        using (var training = new Tiny.Denoiser(Tiny.Setup()))
        using (var checkpoint = RunFolder.Open(scratch["a"]).OpenNewest())
        {
            checkpoint.Load(training);
            Exported("first").ShouldBe(training.Averages[0].Weights.Values.Floats());
            Exported("online").ShouldBe(training.Weights.Values.Floats());
        }
        var import = Json("import", scratch["first.safetensors"], "Tiny", "--json");
        (import.GetProperty("found").GetInt32(), import.GetProperty("missing").GetArrayLength(), import.GetProperty("mis_shaped").GetArrayLength()).ShouldBe((5, 0, 0));
        Json("import", scratch["first.safetensors"], "--json").GetProperty("tensors")[0].GetProperty("name").GetString().ShouldBe("In.weight");

        Good("train", "Tiny", "--steps", "3", "--weights", scratch["online.safetensors"], "--keep", "9", "--out", scratch["b"]).ShouldContain($"weights of {scratch["online.safetensors"]}");
        First("b").ShouldBe(Exported("online"));
        Good("train", "Tiny", "--steps", "3", "--fork", scratch["a"], "--keep", "9", "--out", scratch["c"]);
        First("c").ShouldBe(Exported("online"));
        var changed = Tiny.With(Tiny.Plan with { Declaration = [] });
        Run(2, [changed], "train", "Tiny", "--resume", scratch["a"]).Errors.ShouldContain("or start anew from its weights with --fork");
        Run(0, [changed], "train", "Tiny", "--steps", "1", "--fork", scratch["a"], "--out", scratch["d"]);
        File.WriteAllBytes(scratch["small.safetensors"], [.. SafetensorsWriter.Header([], [("In.weight", [2, 1])]), .. new byte[8]]);
        Bad(2, "train", "Tiny", "--weights", scratch["small.safetensors"], "--out", scratch["e"]).ShouldContain("not the weights of TinyDenoiser (4 missing: In.bias, Out.weight, Out.bias, …; 1 mis-shaped: In.weight is [2, 1], not [2, 16])");
        Bad(2, "import", scratch["small.safetensors"], "Tiny").ShouldContain("not the weights of TinyDenoiser");
        Directory.Exists(scratch["e"]).ShouldBeFalse();

        float[] Exported(string name)
        {
            using var file = SavedWeights.Open(scratch[name + ".safetensors"]);
            using var store = ParameterStore.New(Tiny.Layout(), seed: 0);
            WeightsMatch.ByName(store.Layout, file.Tensors, file.Path).CopyTo(store);
            return store.Values.Floats();
        }

        float[] First(string run)
        {
            using var checkpoint = Checkpoint.Open(Path.Combine(scratch[run], "checkpoints", "step-000000.safetensors"));
            using var training = new Tiny.Denoiser(Tiny.Setup());
            checkpoint.Load(training);
            training.Averages[1].Weights.Values.Floats().ShouldBe(training.Weights.Values.Floats());
            return training.Weights.Values.Floats();
        }
    }

    [Fact]
    public void Of_several_weights_in_a_file_the_average_is_taken_and_told_of()
    {
        Dictionary<object, object> trained = new()
        {
            ["shift"] = new TorchArchive.Full(1, 2),
            ["In.weight"] = new TorchArchive.Full(1, 2, 16),
            ["In.bias"] = new TorchArchive.Full(1, 16),
            ["Out.weight"] = new TorchArchive.Full(1, 16, 2),
            ["Out.bias"] = new TorchArchive.Full(1, 2),
        };
        var shadow = trained.Values.Skip(1).Cast<TorchArchive.Full>().Select(tensor => (object)(tensor with { Value = 2 })).ToList();
        scratch.Write("song.pth", TorchArchive.Of(new Dictionary<object, object>
        {
            ["model"] = trained,
            ["ema"] = new Dictionary<object, object> { ["decay"] = 0.999, ["shadow_params"] = shadow },
        }));
        const string told = "the average under ema.shadow_params.; not taken: 5 under model.";
        Good("import", scratch["song.pth"], "Tiny", "--out", scratch["a.safetensors"]).ShouldStartWith($"{scratch["song.pth"]}: 5 tensors of TinyDenoiser, {told}\n");
        Values("a").ShouldBe([1, 2, 2, 2, 2]);
        Good("train", "Tiny", "--steps", "1", "--weights", scratch["song.pth"], "--out", scratch["run"]).ShouldContain($"weights of {scratch["song.pth"]}, {told}");
        Good("import", Path.Combine(scratch["run"], "checkpoints", "step-000001.safetensors"), "Tiny").ShouldContain("the average 0.9; not taken: 0.99, online");
        Good("import", scratch["song.pth"], "Tiny", "--prefix", "model", "--out", scratch["b.safetensors"]).ShouldContain("under model.; not taken: 4 under ema.shadow_params.");
        Values("b").ShouldBe([1, 1, 1, 1, 1]);
        Bad(2, "import", scratch["song.pth"], "--prefix", "model").ShouldContain("name the experiment");

        float[] Values(string name)
        {
            using var file = SavedWeights.Open(scratch[name + ".safetensors"]);
            string[] names = ["shift", "In.weight", "In.bias", "Out.weight", "Out.bias"];
            return [.. names.Select(each => file.Tensors.Single(tensor => tensor.Name == each).ToFloats().Distinct().ShouldHaveSingleItem())];
        }
    }

    [Fact]
    public void Pictures_are_prepared_under_their_names_with_their_labels()
    {
        var labels = """{"labels": [["a/1.png", 0], ["b/2.png", 1]]}"""u8.ToArray();
        scratch.Write("raw/dataset.json", labels);
        foreach (var (name, width, height, colour) in ((string, int, int, PngColour)[])[("a/1.png", 9, 7, PngColour.Rgb), ("b/2.png", 20, 30, PngColour.Grey)])
        {
            var levels = Enumerable.Repeat(colour == PngColour.Rgb ? (byte[])[10, 77, 200] : [77], width * height).SelectMany(pixel => pixel);
            scratch.Write("raw/" + name, new PngFile(width, height, 8, colour, [.. levels]).ToBytes());
        }
        var json = Json("data", "prepare", scratch["raw"], scratch["small.zip"], "--size", "4", "--filter", "area", "--json");
        (json.GetProperty("pictures").GetInt32(), json.GetProperty("size").GetInt32()).ShouldBe((2, 4));
        var files = FileSet.Open(scratch["small.zip"]);
        files.Names.ShouldBe(["a/1.png", "b/2.png", "dataset.json"]);
        files.Read("dataset.json").ShouldBe(labels);
        ImageFile.Read(files.Read("a/1.png"), "1").Pixels.ShouldBe(Enumerable.Repeat((byte[])[10, 77, 200, 255], 16).SelectMany(pixel => pixel));
        ImageFile.ReadHeader(files.Read("b/2.png"), "2").ShouldBe(new ImageHeader(4, 4, IsGrey: true));
        Good("data", "prepare", scratch["raw"], scratch["again.zip"], "--size", "4", "--filter", "area").ShouldContain("again.zip: 2 pictures of 4×4");
        File.ReadAllBytes(scratch["again.zip"]).ShouldBe(File.ReadAllBytes(scratch["small.zip"]));
        Bad(2, "data", "prepare", scratch["raw"], scratch["small.zip"], "--size", "4").ShouldContain("is there already");
        scratch.Write("raw/c.png", [1, 2, 3]);
        Bad(2, "data", "prepare", scratch["raw"], scratch["x.zip"], "--size", "4").ShouldContain("c.png: no image file");
        File.Exists(scratch["x.zip"]).ShouldBeFalse();
    }

    [Fact]
    public void Of_a_set_with_splits_one_is_prepared_and_told_of()
    {
        foreach (var name in (string[])["train/cat/1.png", "train/dog/1.png", "val/cat/1.png", "train/cat/._1.png", "train/list.csv"])
            scratch.Write("raw/" + name, new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        Bad(2, "data", "prepare", scratch["raw"], scratch["x.zip"], "--size", "2").ShouldContain("its folders train, val are splits, not classes;");
        string[] prepare = ["data", "prepare", scratch["raw"], "OUT.zip", "--size", "2", "--split", "train"];
        var json = Json([.. prepare.Select(word => word == "OUT.zip" ? scratch["a.zip"] : word), "--json"]);
        json.GetProperty("pictures").GetInt32().ShouldBe(2);
        json.GetProperty("classes").EnumerateArray().Select(each => each.GetString()).ShouldBe(["cat", "dog"]);
        const string leftOut = "left out: 1 .png that macOS, Windows or notebooks left behind; 1 .csv, no pictures; 1 pictures outside train";
        json.GetProperty("left_out").GetString().ShouldBe(leftOut);
        var lines = Good([.. prepare.Select(word => word == "OUT.zip" ? scratch["b.zip"] : word)]).Split('\n');
        lines[0].ShouldStartWith($"{scratch["b.zip"]}: 2 pictures of 2×2, ");
        lines[1..].ShouldBe(["2 classes by folder: 0 cat, 1 dog", leftOut]);
        using var files = FileSet.Open(scratch["b.zip"]);
        files.Names.ShouldBe(["cat/1.png", "dog/1.png"]);
    }

    [Fact]
    public void Pictures_of_other_formats_become_PNG_and_so_do_their_names_in_the_labels()
    {
        var bmp = (byte[])[.. "BM"u8, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, .. new byte[24], 9, 99, 199, 0];
        scratch.Write("raw/a/1.bmp", bmp);
        scratch.Write("raw/b/2.PNG", new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        scratch.Write("raw/dataset.json", """{"labels": [["a/1.bmp", 1], ["b/2.PNG", 0]]}"""u8.ToArray());
        Good("data", "prepare", scratch["raw"], scratch["small.zip"], "--size", "2").ShouldContain("small.zip: 2 pictures of 2×2");
        var files = FileSet.Open(scratch["small.zip"]);
        files.Names.ShouldBe(["a/1.png", "b/2.png", "dataset.json"]);
        ImageFile.Read(files.Read("a/1.png"), "1").Pixels.ShouldBe(Enumerable.Repeat((byte[])[199, 99, 9, 255], 4).SelectMany(pixel => pixel));
        System.Text.Encoding.UTF8.GetString(files.Read("dataset.json")).ShouldBe("""{"labels":[["a/1.png",1],["b/2.png",0]]}""");

        scratch.Write("raw/a/1.png", new PngFile(1, 1, 8, PngColour.Grey, [5]).ToBytes());
        Bad(2, "data", "prepare", scratch["raw"], scratch["x.zip"], "--size", "2").ShouldContain("a/1.bmp and a/1.png would both become a/1.png; rename one");
        scratch.Write("raw/a/1.png", [1]);
        scratch.Write("raw/a/3.tiff", [1]);
        Bad(2, "data", "prepare", scratch["raw"], scratch["x.zip"], "--size", "2").ShouldContain("1 .tiff cannot be read, such as a/3.tiff; convert them to PNG");
    }

    [Theory]
    [InlineData("weights are written as .safetensors; choose such a name.", "export", "/nowhere", "out.onnx")]
    [InlineData("weights are written as .safetensors; choose such a name.", "export", "/nowhere", "out")]
    [InlineData("weights are written as .safetensors; choose such a name.", "import", "/nowhere", "Tiny", "--out", "out.onnx")]
    [InlineData("prepared pictures are written as .zip; choose such a name.", "data", "prepare", "/nowhere", "out.tar", "--size", "8")]
    [InlineData("out/x.safetensors: there is no folder out; make it first, or name a file in another.", "export", "/nowhere", "out/x.safetensors")]
    public void Files_of_formats_that_are_not_written_are_refused_before_anything_else(string message, params string[] args) =>
        Bad(2, args).ShouldContain(message);

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
        Environment.CurrentDirectory.ShouldNotBe(scratch.Path);
        Bad(2, args);
        Directory.Exists("runs").ShouldBeFalse();
    }

    [Fact]
    public void Cuda_without_cuda_is_said_clearly()
    {
        if (cuda.is_available())
            return;
        Bad(2, "train", "Tiny", "--device", "cuda").ShouldContain("no CUDA device");
        Bad(2, "train", "Tiny", "--device", "cuda:1").ShouldContain("no CUDA device");
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_touched()
    {
        Good("train", "Tiny", "--steps", "2", "--out", scratch["a"]);
        var before = Directory.EnumerateFiles(scratch["a"], "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);
        Bad(2, "train", "Tiny", "--steps", "2", "--out", scratch["a"]).ShouldContain("holds a run of Tiny already");
        Directory.EnumerateFiles(scratch["a"], "*", SearchOption.AllDirectories).ShouldBe(before.Keys, ignoreOrder: true);
        foreach (var (file, bytes) in before)
            File.ReadAllBytes(file).ShouldBe(bytes);

        scratch.Write("b/letter.txt", [1]);
        Bad(2, "train", "Tiny", "--out", scratch["b"]).ShouldContain("holds files already");
        Bad(2, "train", "Tiny", "--out", scratch["b/letter.txt"]).ShouldContain("that is a file");
        Directory.CreateDirectory(scratch["empty"]);
        Good("train", "Tiny", "--steps", "2", "--out", scratch["empty"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named() =>
        Bad(2, "train", "Tiny", "--out", "/proc/run").ShouldContain("/proc/run: the folder of the run cannot be made");

    [Fact]
    public void Resuming_refuses_what_does_not_fit()
    {
        Good("train", "Tiny", "--steps", "4", "--out", scratch["a"]);
        Bad(2, "train", "Tiny", "--resume", scratch["a"], "--batch", "5").ShouldContain("batches of 32");
        Bad(2, "train", "Tiny", "--resume", scratch["a"], "--seed", "5").ShouldContain("seed 3");
        Bad(2, "train", "Tiny", "--resume", scratch["a"], "--steps", "3").ShouldContain("4 steps already");

        var renamed = Tiny.With(Tiny.Plan with { Name = "Other" });
        Run(2, [renamed], "train", "Other", "--resume", scratch["a"]).Errors.ShouldContain("a checkpoint of Tiny, not of Other");
        Run(2, [renamed], "sample", scratch["a"]).Errors.ShouldContain("no experiment 'Tiny'");
        var changed = Tiny.With(Tiny.Plan with { Declaration = [] });
        Run(2, [changed], "train", "Tiny", "--resume", scratch["a"]).Errors.ShouldContain("was Model: TinyDenoiser");
    }

    [Fact]
    public void Torn_and_foreign_checkpoints_are_refused()
    {
        Good("train", "Tiny", "--steps", "4", "--out", scratch["a"]);
        var newest = Path.Combine(scratch["a"], "checkpoints", "step-000004.safetensors");
        var bytes = File.ReadAllBytes(newest);
        File.WriteAllBytes(newest, bytes[..^10]);
        Bad(2, "train", "Tiny", "--resume", scratch["a"]).ShouldContain($"{newest}: damaged safetensors header (the file is torn");
        bytes[^3] ^= 1;
        File.WriteAllBytes(newest, bytes);
        Bad(2, "sample", scratch["a"]).ShouldContain("does not match its SHA-256");
        File.WriteAllText(newest, "hello");
        Bad(2, "sample", scratch["a"]).ShouldContain("no safetensors file");
        File.Delete(newest);
        Good("train", "Tiny", "--steps", "4", "--resume", scratch["a"]);
        Bad(2, "train", "Tiny", "--resume", scratch.Path).ShouldContain("there is no checkpoint in it");
    }

    [Fact]
    public void Missing_and_wrong_data_are_found_before_a_folder_is_made()
    {
        Run(2, [Digits()], "train", "Digits", "--data", scratch.Path, "--out", scratch["a"]).Errors.ShouldContain("train-images-idx3-ubyte.gz is not in");
        scratch.Write("data/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4]);
        Run(2, [Digits()], "train", "Digits", "--data", scratch["data"], "--out", scratch["a"]).Errors.ShouldContain("1 images of 2×2, but Mnist declares [1, 28, 28]");
        Directory.Exists(scratch["a"]).ShouldBeFalse();
    }

    [Fact]
    public void A_diverged_training_ends_with_code_3()
    {
        var poisoned = Tiny.With(Tiny.Plan, make: setup => new Tiny.Denoiser(setup, poison: 2));
        Run(3, [poisoned], "train", "Tiny", "--out", scratch["a"]).Errors.ShouldContain("step 2: the loss is NaN");
    }

    [Fact]
    public void Our_own_faults_end_with_code_1_and_show_where_on_demand()
    {
        var broken = Tiny.With(Tiny.Plan, (_, _) => throw new InvalidOperationException("first line\nsecond line"));
        var errors = Run(1, [broken], "train", "Tiny", "--out", scratch["a"]).Errors;
        errors.ShouldBe("error: InvalidOperationException: first line second line\n       (--verbose shows where it came from)");
        Run(1, [broken], "train", "Tiny", "--out", scratch["b"], "--verbose").Errors.ShouldContain("   at CM.Runtime.Tests.");
    }

    private static Experiment Digits() => Tiny.With(Tiny.Plan with { Name = "Digits", Data = new Mnist(), DataShape = [1, 28, 28] });

    private static string Good(params string[] args) => Run(0, [Tiny.Experiment], args).Output;

    private static JsonElement Json(params string[] args) => JsonDocument.Parse(Good(args)).RootElement;

    private static string Bad(int code, params string[] args)
    {
        var (output, errors) = Run(code, [Tiny.Experiment], args);
        errors.ShouldStartWith("error: ");
        errors.ShouldNotContain("\n");
        return errors;
    }

    private static (string Output, string Errors) Run(int code, Experiment[] experiments, params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var result = CommandLine.Run(args, new Registry(experiments, [Tiny.Network]), output, errors);
        result.ShouldBe(code, errors.ToString());
        return (output.ToString().TrimEnd('\n'), errors.ToString().TrimEnd('\n'));
    }
}

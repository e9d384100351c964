namespace CM.Cli.Tests;

/// <summary><c>export</c>, <c>import</c>, and trainings that start from weights.</summary>
public sealed class WeightsTests : CommandFixture
{
    [Fact]
    public void Weights_go_out_and_come_in_again()
    {
        Good("train", "Tiny", "--steps", "6", "--out", Scratch["a"]);
        Json("export", Scratch["a"], Scratch["first.safetensors"], "--json").GetProperty("parameters").GetInt64().ShouldBe(82);
        Good("export", Scratch["a"], Scratch["online.safetensors"], "--ema", "online").ShouldContain("82 parameters of Tiny after 6 steps");
        Bad(2, "export", Scratch["a"], Scratch["online.safetensors"]).ShouldContain("is there already");
        Bad(2, "export", Scratch["a"], Scratch["x.safetensors"], "--ema", "0.5").ShouldContain("0.5");
        using (var training = new Tiny.Denoiser(Tiny.Setup()))
        using (var checkpoint = RunFolder.Open(Scratch["a"]).OpenNewest())
        {
            checkpoint.Load(training);
            Exported("first").ShouldBe(training.Averages[0].Weights.Values.Floats());
            Exported("online").ShouldBe(training.Weights.Values.Floats());
        }
        var import = Json("import", Scratch["first.safetensors"], "Tiny", "--json");
        import.GetProperty("found").GetInt32().ShouldBe(5);
        import.GetProperty("missing").GetArrayLength().ShouldBe(0);
        import.GetProperty("mis_shaped").GetArrayLength().ShouldBe(0);
        Json("import", Scratch["first.safetensors"], "--json").GetProperty("tensors")[0].GetProperty("name")
            .GetString().ShouldBe("In.weight");

        Good("train", "Tiny", "--steps", "3", "--weights", Scratch["online.safetensors"], "--keep", "9", "--out", Scratch["b"])
            .ShouldContain($"weights of {Scratch["online.safetensors"]}");
        First("b").ShouldBe(Exported("online"));
        Good("train", "Tiny", "--steps", "3", "--fork", Scratch["a"], "--keep", "9", "--out", Scratch["c"]);
        First("c").ShouldBe(Exported("online"));
        var changed = Tiny.With(Tiny.Plan with { Declaration = [] });
        Run(2, [changed], "train", "Tiny", "--resume", Scratch["a"]).Errors.ShouldContain("or start anew from its weights with --fork");
        Run(0, [changed], "train", "Tiny", "--steps", "1", "--fork", Scratch["a"], "--out", Scratch["d"]);
        File.WriteAllBytes(Scratch["small.safetensors"], [.. SafetensorsWriter.Header([], [("In.weight", [2, 1])]), .. new byte[8]]);
        Bad(2, "train", "Tiny", "--weights", Scratch["small.safetensors"], "--out", Scratch["e"])
            .ShouldContain("not the weights of TinyDenoiser (4 missing: In.bias, Out.weight, Out.bias, …; "
                + "1 mis-shaped: In.weight is [2, 1], not [2, 16])");
        Bad(2, "import", Scratch["small.safetensors"], "Tiny").ShouldContain("not the weights of TinyDenoiser");
        Directory.Exists(Scratch["e"]).ShouldBeFalse();

        float[] Exported(string name)
        {
            using var file = SavedWeights.Open(Scratch[name + ".safetensors"]);
            using var store = ParameterStore.New(Tiny.Layout(), seed: 0);
            WeightsMatch.ByName(store.Layout, file.Tensors, file.Path).CopyTo(store);
            return store.Values.Floats();
        }

        float[] First(string run)
        {
            using var checkpoint = Checkpoint.Open(Path.Combine(Scratch[run], "checkpoints", "step-000000.safetensors"));
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
        Scratch.Write("song.pth", TorchArchive.Of(new Dictionary<object, object>
        {
            ["model"] = trained,
            ["ema"] = new Dictionary<object, object> { ["decay"] = 0.999, ["shadow_params"] = shadow },
        }));
        const string told = "the average under ema.shadow_params.; not taken: 5 under model.";
        Good("import", Scratch["song.pth"], "Tiny", "--out", Scratch["a.safetensors"])
            .ShouldStartWith($"{Scratch["song.pth"]}: 5 tensors of TinyDenoiser, {told}\n");
        Values("a").ShouldBe([1, 2, 2, 2, 2]);
        Good("train", "Tiny", "--steps", "1", "--weights", Scratch["song.pth"], "--out", Scratch["run"])
            .ShouldContain($"weights of {Scratch["song.pth"]}, {told}");
        Good("import", Path.Combine(Scratch["run"], "checkpoints", "step-000001.safetensors"), "Tiny")
            .ShouldContain("the average 0.9; not taken: 0.99, online");
        Good("import", Scratch["song.pth"], "Tiny", "--prefix", "model", "--out", Scratch["b.safetensors"])
            .ShouldContain("under model.; not taken: 4 under ema.shadow_params.");
        Values("b").ShouldBe([1, 1, 1, 1, 1]);
        Bad(2, "import", Scratch["song.pth"], "--prefix", "model").ShouldContain("name the experiment");

        float[] Values(string name)
        {
            using var file = SavedWeights.Open(Scratch[name + ".safetensors"]);
            string[] names = ["shift", "In.weight", "In.bias", "Out.weight", "Out.bias"];
            return [.. names.Select(each => file.Tensors.Single(tensor => tensor.Name == each))
                .Select(tensor => tensor.ToFloats().Distinct().ShouldHaveSingleItem())];
        }
    }
}

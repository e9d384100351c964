namespace CM.Runtime.Tests;

public sealed class SampleOutputTests : IDisposable
{
    private static readonly byte[] Greys = [0, 0, 128, 128, 255, 255]; // two samples of each class

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Images_and_labels_become_arrays()
    {
        Sample(Grey.Experiment, "x.npz").Kind.ShouldBe("arrays");
        var (images, labels) = (NumpyFile.Read(scratch["x.npz/arr_0"]), NumpyFile.Read(scratch["x.npz/arr_1"]));
        (images.Type, labels.Type).ShouldBe(("|u1", "<i8"));
        images.Shape.ShouldBe([6, 2, 2, 1]);
        images.Values.ShouldBe(Greys.SelectMany(level => Enumerable.Repeat(level, 4)));
        labels.ToLabels("labels").ShouldBe([0, 0, 1, 1, 2, 2]);
    }

    [Fact]
    public void Channels_come_last()
    {
        var plan = Tiny.Plan with { DataShape = [3, 1, 2] };
        SampleOutput.Of(scratch["x.npz"], plan)
            .Write(new Sampler(plan, seed: 1, count: 2, CPU), [[-1, 1, -1, 0, 1, 1], [2, -2, 0, 0, 0, float.NaN]], []);
        var images = NumpyFile.Read(scratch["x.npz/arr_0"]);
        images.Shape.ShouldBe([2, 1, 2, 3]);
        images.Values.ShouldBe([0, 0, 255, 255, 128, 255, 255, 128, 128, 0, 128, 0]);
    }

    [Fact]
    public void Points_become_an_array_of_floats()
    {
        Sample(Tiny.Experiment, "x.npz");
        var points = NumpyFile.Read(scratch["x.npz/arr_0"]);
        (points.Type, points.Shape.Length, points.Shape[0], points.Shape[1]).ShouldBe(("<f4", 2, 6, 2));
        using var training = new Tiny.Denoiser(Tiny.Setup());
        points.ToFloats("points").ShouldBe(new Sampler(Tiny.Plan, Tiny.Plan.Seed, 6, CPU).Sample(training, training.BestWeights));
        FileSet.Open(scratch["x.npz"]).Names.ShouldBe(["arr_0.npy"]);
    }

    [Fact]
    public void Samples_that_cannot_be_drawn_become_arrays()
    {
        var plan = Tiny.Plan with { DataShape = [4, 2, 2] };
        SampleOutput.Of(scratch["x.npz"], plan)
            .Write(new Sampler(plan, seed: 1, count: 2, CPU), [[.. Enumerable.Range(0, 32).Select(i => i / 4f)]], []);
        var values = NumpyFile.Read(scratch["x.npz/arr_0"]);
        values.Shape.ShouldBe([2, 4, 2, 2]);
        values.ToFloats("values").ShouldBe(Enumerable.Range(0, 32).Select(i => i / 4f));
        Fault(scratch["x.png"], plan)
            .ShouldContain($"samples of shape [4, 2, 2] cannot be drawn; write them as arrays with --out {scratch["x.npz"]}.");
        Fault(scratch["x/"], plan)
            .ShouldContain($"samples of shape [4, 2, 2] are no images; write them as arrays with --out {scratch["x.npz"]}.");
    }

    [PythonFact("numpy", "python3-numpy")]
    public void Numpy_reads_the_arrays()
    {
        Sample(Grey.Experiment, "x.npz");
        var read = Programs.RunPython("""
            import json, sys, numpy as np
            with np.load(sys.argv[1]) as x:
                print(json.dumps([x.files, str(x['arr_0'].dtype), x['arr_0'].shape, x['arr_0'][:, 1, 1, 0].tolist(), str(x['arr_1'].dtype), x['arr_1'].tolist()]))
            """, scratch["x.npz"]);
        System.Text.Encoding.UTF8.GetString(read).Trim()
            .ShouldBe("""[["arr_0", "arr_1"], "uint8", [6, 2, 2, 1], [0, 0, 128, 128, 255, 255], "int64", [0, 0, 1, 1, 2, 2]]""");
    }

    [Theory, InlineData("x/", false), InlineData("x", true)]
    public void A_folder_gets_an_image_each_and_the_labels(string name, bool exists)
    {
        if (exists)
            Directory.CreateDirectory(scratch["x"]);
        Sample(Grey.Experiment, name).Kind.ShouldBe("folder");
        using var files = FileSet.Open(scratch["x"]);
        files.Names.ShouldBe([.. Enumerable.Range(0, 6).Select(i => $"00000{i}.png"), "dataset.json"]);
        for (var i = 0; i < 6; i++)
        {
            ImageFile.ReadHeader(files.Read(files.Names[i]), "image").ShouldBe(new ImageHeader(2, 2, IsGrey: true));
            ImageFile.Read(files.Read(files.Names[i]), "image").Pixels.Chunk(4)
                .ShouldAllBe(pixel => pixel[0] == Greys[i] && pixel[3] == 255);
        }
        var set = PictureSet.Find(files);
        new ImageExamples(set, [1, 2, 2], "samples").Count.ShouldBe(6);
        PictureLabels.Read(set).Values.ShouldBe([0, 0, 1, 1, 2, 2], "the folder can be trained on");
    }

    [Fact]
    public void Names_of_other_forms_are_refused()
    {
        const string forms = "samples are written as .png (one picture), .npz (arrays) or into a folder such as samples/ (an "
            + "image each); choose such a name.";
        foreach (var name in (string[])["x.jpg", "x.npy", "x.onnx", "x"])
            Fault(scratch[name], Tiny.Plan).ShouldBe($"{scratch[name]}: {forms}");
        scratch.Write("full/a.txt", [1]);
        scratch.Write("x.npz", [1]);
        var images = Tiny.Plan with { DataShape = [1, 2, 2] };
        Fault(scratch["x.npz"], images).ShouldContain("is there already; name a new file");
        Fault(scratch["full"], images).ShouldContain("is there already; name a new folder, or an empty one");
        Fault(scratch["x.npz/"], images).ShouldContain("is there already");
        Fault(scratch["none/x.png"], images).ShouldContain($"there is no folder {scratch["none"]}");
        Fault(scratch["x/"], Tiny.Plan).ShouldContain("samples of shape [2] are no images");
        SampleOutput.Of(scratch["x.PNG"], images).Kind.ShouldBe("picture");
    }

    [Fact]
    public void Many_samples_are_made_in_parts()
    {
        var plan = Tiny.Plan with { DataShape = [3, 512, 512], SampleTimes = [80] };
        using var training = new Echo(Tiny.Setup());
        var sampler = new Sampler(plan, seed: 1, count: 8, CPU);
        var parts = sampler.SampleInParts(training, training.Weights).ToList();
        parts.Select(part => part.Length / (3 * 512 * 512)).ShouldBe([3, 3, 2]);
        parts.Select(part => part[0]).Distinct().Count().ShouldBe(3, "each part has noise of its own");
        sampler.Sample(training, training.Weights).ShouldBe(parts.SelectMany(part => part));
    }

    private static string Fault(string path, ExperimentPlan plan) => Should.Throw<UserError>(() => SampleOutput.Of(path, plan)).Message;

    /// <summary>Six samples of a fresh model.</summary>
    private SampleOutput Sample(Experiment experiment, string name)
    {
        using var training = experiment.NewTraining(Tiny.Setup());
        var sampler = new Sampler(experiment.Plan, experiment.Plan.Seed, 6, CPU);
        var output = SampleOutput.Of(scratch[name], experiment.Plan);
        output.Path.ShouldBe(scratch[name]);
        output.Write(sampler, sampler.SampleInParts(training, training.BestWeights), []);
        return output;
    }

    /// <summary>A model that leaves its noise as it is.</summary>
    private sealed class Echo(TrainingSetup setup) : StubTrainer(setup, Tiny.Layout(), [])
    {
        public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) => noise[0].clone();
    }
}

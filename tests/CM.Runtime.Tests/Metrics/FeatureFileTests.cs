using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace CM.Runtime.Tests;

/// <summary>Networks that the user names by a file: TorchScript and weights of Inception.</summary>
public sealed class FeatureFileTests : IDisposable
{
    private static readonly Device Cpu = new(DeviceType.CPU, -1);
    private static readonly ExperimentPlan Images = Tiny.Plan with { DataShape = [1, 8, 8] };

    // Means of the channels, doubled where it is told to.
    private const string Means = """
        class Model(Module):
          __parameters__ = []
          __buffers__ = []
          training : bool
          def forward(self: __torch__.Model,
            x: Tensor,
            twice: bool=False) -> Tensor:
            y = torch.mean(torch.flatten(x, 2), [2])
            if twice:
              z = torch.mul(y, 2)
            else:
              z = y
            return z

        """;

    private readonly Scratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory, InlineData("stylegan", 256, false), InlineData("torchmetrics", 254, true)]
    public void A_script_sees_bytes_in_three_channels(string protocol, float twiceTheByte, bool unbiased)
    {
        using var network = Features.Open(Images, Script("means.pt", Means), protocol, Cpu)!;
        using var scope = NewDisposeScope();
        var (features, logits) = network.Look(zeros(2, 1, 8, 8));
        features.shape.ShouldBe([2, 3]);
        features.Floats().ShouldAllBe(value => value == twiceTheByte);
        logits.ShouldBeNull();
        network.Unbiased.ShouldBe(unbiased);
    }

    [PythonFact("torch", "python3-torch")]
    public void A_script_of_PyTorch_gives_what_it_gives_there()
    {
        Programs.RunPython("""
            import struct, sys, torch
            torch.manual_seed(4)
            net = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3, stride=2), torch.nn.BatchNorm2d(5), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()).eval()
            images = torch.arange(2 * 64).float().view(2, 1, 8, 8).repeat(1, 3, 1, 1)
            torch.jit.trace(net, images).save(sys.argv[1])
            with torch.no_grad():
                values = net(images).flatten().tolist()
            open(sys.argv[2], "wb").write(struct.pack("<10f", *values))
            """, scratch["net.pt"], scratch["net.bin"]);
        using var network = Features.Open(Images, scratch["net.pt"], "stylegan", Cpu)!;
        using var scope = NewDisposeScope();
        var (features, _) = network.Look((arange(2 * 64).to(ScalarType.Float32).view(2, 1, 8, 8) - 127.75) / 127.5); // 0.25 above the byte
        features.Floats().ShouldMatch(MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(scratch["net.bin"])));
    }

    [Fact]
    public void What_is_no_script_is_refused_by_name()
    {
        var broken = Script("broken.pt", "class Model(Module):\n  what is this");
        Message(broken).ShouldStartWith($"--features {broken}: cannot be loaded as TorchScript (");
        var text = scratch["text.pt"];
        File.WriteAllText(text, "no network");
        Message(text).ShouldContain("text.pt");
        Message(scratch["none.pt"]).ShouldBe($"--features {scratch["none.pt"]}: there is no such file.");
        var foreign = scratch["foreign.safetensors"];
        File.WriteAllBytes(foreign, [.. SafetensorsWriter.Header([], [("w", [2])]), .. new byte[8]]);
        Message(foreign)
            .ShouldBe($"--features {foreign}: neither TorchScript nor weights of Inception (Conv2d_1a_3x3.conv.weight is not in it).");
        var part = scratch["part.safetensors"];
        File.WriteAllBytes(part, [.. SafetensorsWriter.Header([], [(Inception.Mark, [32, 3, 3, 3])]), .. new byte[4 * 32 * 27]]);
        Message(part).ShouldStartWith($"--features {part}: weights of Inception, but Conv2d_1a_3x3.bn.weight and ");
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var means = Script("means.pt", Means);
        Should.Throw<UserError>(() => Features.Open(Tiny.Plan, means, null, Cpu)).Message
            .ShouldBe($"--features {means}: Tiny makes points in the plane, which are judged as they are; leave it out.");
        Should.Throw<UserError>(() => Features.Open(Images, means, "inception", Cpu)).Message
            .ShouldBe("--protocol inception: stylegan, torchmetrics, gc were expected.");
        Should.Throw<UserError>(() => Features.Open(Images, null, "gc", Cpu)).Message
            .ShouldBe("--protocol gc: it is for the network of --features; name one, or leave it out.");
        Should.Throw<UserError>(() => Features.Open(Images, null, null, Cpu)).Message
            .ShouldStartWith("Tiny: nothing says whose features judge its samples; ");
        using var maps = Features.Open(Images, Script("maps.pt", Means.Replace("torch.mean(torch.flatten(x, 2), [2])", "x")), null, Cpu)!;
        Should.Throw<UserError>(() => maps.Look(zeros(2, 1, 8, 8))).Message
            .ShouldContain("gives [2, 3, 8, 8] for images [2, 1, 8, 8], and features [n, d] were expected.");
    }

    [Fact]
    public void Inception_has_2048_features_and_1008_logits()
    {
        var path = scratch["inception.safetensors"];
        WriteInception(path);
        using var network = Features.Open(Images, path, "torchmetrics", Cpu)!;
        using var scope = NewDisposeScope();
        var (features, logits) = network.Look(zeros(1, 1, 8, 8));
        features.shape.ShouldBe([1, 2048]);
        logits!.shape.ShouldBe([1, 1008]);
        features.Floats().ShouldAllBe(value => float.IsFinite(value) && value >= 0);
        features.std().item<float>().ShouldBeGreaterThan(0);
    }

    [PythonFact("torch", "python3-torch")]
    public void Inception_gives_what_PyTorch_modules_of_these_names_give()
    {
        WriteInception(scratch["inception.safetensors"]);
        Programs.RunPython(Programs.Text("inception.py"), scratch["inception.safetensors"], scratch["wanted.bin"]);
        var wanted = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(scratch["wanted.bin"])).ToArray();

        using var network = Features.Open(Tiny.Plan with { DataShape = [3, 21, 32] }, scratch["inception.safetensors"], "stylegan", Cpu)!;
        using var scope = NewDisposeScope();
        var bytes = arange(2 * 3 * 21 * 32).to(ScalarType.Float32).view(2, 3, 21, 32) * 7 % 256;
        var (features, logits) = network.Look((bytes - 127.75) / 127.5); // 0.25 above the byte
        ShouldBeNear(features.Floats(), wanted.AsSpan(0, 2 * 2048));
        ShouldBeNear(logits!.Floats(), wanted.AsSpan(2 * 2048));

        static void ShouldBeNear(float[] values, ReadOnlySpan<float> wanted)
        {
            values.Length.ShouldBe(wanted.Length);
            var largest = wanted.ToArray().Max(Math.Abs);
            for (var i = 0; i < values.Length; i++)
                values[i].ShouldBe(wanted[i], 1e-5 * largest, $"number {i}");
        }
    }

    private string Message(string file) => Should.Throw<UserError>(() => Features.Open(Images, file, null, Cpu)).Message;

    // A file as torch.jit.save writes it, of a module without parameters.
    private string Script(string name, string code)
    {
        var path = scratch[name];
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("m/data.pkl", [0x80, 2, .. "c__torch__\nModel\n)"u8, 0x81, .. "}(X"u8, 8, 0, 0, 0, .. "training"u8, 0x89, .. "ub."u8]);
        Add("m/code/__torch__.py", Encoding.UTF8.GetBytes(code));
        Add("m/constants.pkl", [0x80, 2, .. ")."u8]);
        Add("m/version", "3\n"u8);
        return path;

        void Add(string entry, ReadOnlySpan<byte> bytes)
        {
            using var stream = archive.CreateEntry(entry, CompressionLevel.NoCompression).Open();
            stream.Write(bytes);
        }
    }

    // Random weights of the published shapes.
    private static void WriteInception(string path)
    {
        (string Name, long[] Shape)[] kernels =
        [
            ("Conv2d_1a_3x3", [32, 3, 3, 3]), ("Conv2d_2a_3x3", [32, 32, 3, 3]), ("Conv2d_2b_3x3", [64, 32, 3, 3]), ("Conv2d_3b_1x1", [80, 64, 1, 1]), ("Conv2d_4a_3x3", [192, 80, 3, 3]),
            .. Fine("Mixed_5b", 192, 32), .. Fine("Mixed_5c", 256, 64), .. Fine("Mixed_5d", 288, 64),
            ("Mixed_6a.branch3x3", [384, 288, 3, 3]), ("Mixed_6a.branch3x3dbl_1", [64, 288, 1, 1]), ("Mixed_6a.branch3x3dbl_2", [96, 64, 3, 3]), ("Mixed_6a.branch3x3dbl_3", [96, 96, 3, 3]),
            .. Middle("Mixed_6b", 128), .. Middle("Mixed_6c", 160), .. Middle("Mixed_6d", 160), .. Middle("Mixed_6e", 192),
            ("Mixed_7a.branch3x3_1", [192, 768, 1, 1]), ("Mixed_7a.branch3x3_2", [320, 192, 3, 3]), ("Mixed_7a.branch7x7x3_1", [192, 768, 1, 1]),
            ("Mixed_7a.branch7x7x3_2", [192, 192, 1, 7]), ("Mixed_7a.branch7x7x3_3", [192, 192, 7, 1]), ("Mixed_7a.branch7x7x3_4", [192, 192, 3, 3]),
            .. Coarse("Mixed_7b", 1280), .. Coarse("Mixed_7c", 2048),
        ];
        (string Name, long[] Shape)[] tensors = [.. kernels.SelectMany(kernel => new (string, long[])[]
        {
            ($"{kernel.Name}.conv.weight", kernel.Shape), ($"{kernel.Name}.bn.weight", [kernel.Shape[0]]), ($"{kernel.Name}.bn.bias", [kernel.Shape[0]]),
            ($"{kernel.Name}.bn.running_mean", [kernel.Shape[0]]), ($"{kernel.Name}.bn.running_var", [kernel.Shape[0]]),
        }), ("fc.weight", [1008, 2048])];
        using var stream = File.Create(path);
        stream.Write(SafetensorsWriter.Header([], tensors));
        manual_seed(3);
        foreach (var (name, shape) in tensors)
        {
            using var scope = NewDisposeScope();
            var values = shape.Length == 4 ? randn(shape) * Math.Sqrt(2.0 / (shape[1] * shape[2] * shape[3]))

                    : name.EndsWith("var", StringComparison.Ordinal) || name.EndsWith("bn.weight", StringComparison.Ordinal)
                    ? 0.75 + rand(shape) / 2
                : randn(shape) / 10;
            stream.Write(values.contiguous().bytes);
        }

        static (string, long[])[] Fine(string block, long width, long pool) =>
        [
            ($"{block}.branch1x1", [64, width, 1, 1]), ($"{block}.branch5x5_1", [48, width, 1, 1]), ($"{block}.branch5x5_2", [64, 48, 5, 5]), ($"{block}.branch3x3dbl_1", [64, width, 1, 1]),
            ($"{block}.branch3x3dbl_2", [96, 64, 3, 3]), ($"{block}.branch3x3dbl_3", [96, 96, 3, 3]), ($"{block}.branch_pool", [pool, width, 1, 1]),
        ];

        static (string, long[])[] Middle(string block, long inner) =>
        [
            ($"{block}.branch1x1", [192, 768, 1, 1]), ($"{block}.branch7x7_1", [inner, 768, 1, 1]), ($"{block}.branch7x7_2", [inner, inner, 1, 7]), ($"{block}.branch7x7_3", [192, inner, 7, 1]),
            ($"{block}.branch7x7dbl_1", [inner, 768, 1, 1]), ($"{block}.branch7x7dbl_2", [inner, inner, 7, 1]), ($"{block}.branch7x7dbl_3", [inner, inner, 1, 7]),
            ($"{block}.branch7x7dbl_4", [inner, inner, 7, 1]), ($"{block}.branch7x7dbl_5", [192, inner, 1, 7]), ($"{block}.branch_pool", [192, 768, 1, 1]),
        ];

        static (string, long[])[] Coarse(string block, long width) =>
        [
            ($"{block}.branch1x1", [320, width, 1, 1]), ($"{block}.branch3x3_1", [384, width, 1, 1]), ($"{block}.branch3x3_2a", [384, 384, 1, 3]), ($"{block}.branch3x3_2b", [384, 384, 3, 1]),
            ($"{block}.branch3x3dbl_1", [448, width, 1, 1]), ($"{block}.branch3x3dbl_2", [384, 448, 3, 3]), ($"{block}.branch3x3dbl_3a", [384, 384, 1, 3]), ($"{block}.branch3x3dbl_3b", [384, 384, 3, 1]),
            ($"{block}.branch_pool", [192, width, 1, 1]),
        ];
    }
}

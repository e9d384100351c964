using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Shapes;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>
/// The memory that the checker promises against the memory that libtorch takes: what malloc has handed out and not got back after a forward
/// pass with gradients, the results still held, for each example.
/// </summary>
public sealed class ActivationTests
{
    // Heads of malloc's blocks, other threads. What does not grow with the batch, such as weights of magnitude 1, falls out of the
    // difference of two batches.
    private const double Tolerance = 0.02;

    [Theory]
    [InlineData("[Linear(64, 96)]", "\"B\", 96", "\"B\", 64")]
    [InlineData("[Linear(64, 96)]", "\"B\", 5, 96", "\"B\", 5, 64")]
    [InlineData("[Linear(64, 64), Repeat(3)]", "\"B\", 64", "\"B\", 64")]
    [InlineData("[Conv2d(16, 24, 3, Stride = 2)]", "\"B\", 24, 8, 8", Image)]
    [InlineData("[DepthwiseConv2d(16, 3)]", Image, Image)]
    [InlineData("[ConvTranspose2d(16, 8, 4, Stride = 2)]", "\"B\", 8, 32, 32", Image)]
    [InlineData("[Attention(16, Heads = 2)]", Image, Image)]
    [InlineData("[MpAttention(16, Heads = 4)]", Image, Image)]
    [InlineData("[GroupNorm(4, 16)]", Image, Image)]
    [InlineData("[LayerNorm(16)]", Image, Image)]
    [InlineData("[RmsNorm(16)]", Image, Image)]
    [InlineData("PixelNorm", Image, Image)]
    [InlineData("ReLU", Image, Image)]
    [InlineData("SiLU", Image, Image)]
    [InlineData("GELU | GELU", Image, Image)]
    [InlineData("Functions.Tanh | Functions.Tanh", Image, Image)]
    [InlineData("Sigmoid", Image, Image)]
    [InlineData("Softplus", Image, Image)]
    [InlineData("[Dropout(0.5)]", Image, Image)]
    [InlineData("Upsample(2)", "\"B\", 16, 32, 32", Image)]
    [InlineData("AveragePool(2)", "\"B\", 16, 8, 8", Image)]
    [InlineData("GlobalAveragePool", "\"B\", 16", Image)]
    [InlineData("FirUpsample(1, 3, 3, 1)", "\"B\", 16, 32, 32", Image)]
    [InlineData("FirDownsample(1, 3, 3, 1)", "\"B\", 16, 8, 8", Image)]
    [InlineData("PixelShuffle(2)", "\"B\", 4, 32, 32", Image)]
    [InlineData("PixelUnshuffle(2)", "\"B\", 64, 8, 8", Image)]
    [InlineData("Scale(0.5) | Scale(0.5)", Image, Image)]
    [InlineData("[LearnedGain, Repeat(2)]", Image, Image)]
    [InlineData("Clamp(1)", Image, Image)]
    [InlineData("AppendOnes", "\"B\", 17, 16, 16", Image)]
    [InlineData("[MpLinear(64, 96)]", "\"B\", 96", "\"B\", 64")]
    [InlineData("[MpConv2d(16, 24, 3)]", "\"B\", 24, 16, 16", Image)]
    [InlineData("MpSiLU", Image, Image)]
    [InlineData("[FourierEmbedding(64)]", "\"B\", 64", "\"B\"")]
    [InlineData("PositionalEmbedding(64)", "\"B\", 64", "\"B\"")]
    [InlineData("[MpFourier(64)]", "\"B\", 64", "\"B\"")]
    [InlineData("[ClassEmbedding(10, 64, LabelDropout = 0.1)]", "\"B\", 64", "\"B\", 10")]
    [InlineData("[AugmentEmbedding(9, 64)]", "\"B\", 64", "\"B\", 9")]
    [InlineData("[AdaptiveGroupNorm(4, 16, 32)]", Image, Image, "\"B\", 32")]
    [InlineData("MpSum(0.3)", Image, Image, Image)]
    [InlineData("MpCat()", "\"B\", 32, 16, 16", Image, Image)]
    public void A_layer(string layer, string output, params string[] inputs) => ShouldTake(OneLayer.Declare(layer, inputs, output), "Test.Net", Tolerance, gradients: !layer.StartsWith("[ClassEmbedding", StringComparison.Ordinal));

    [Theory]
    [InlineData("x | Flatten | Conv1", "\"B\", 16, 8, 8", "\"B\", 512")]
    [InlineData("x | Conv1 | Off | Functions.Tanh", "\"B\", 1024", "\"B\", 512")]
    [InlineData("x | Downsample(2) | Mix", "\"B\", 4, 8, 8", "\"B\", 4, 4, 4")]
    [InlineData("x * (x | Mix) - 2 * x + (x | Functions.Tanh)", "\"B\", 4, 8, 8", "\"B\", 4, 8, 8")]
    [InlineData("Value.Cat(x | Functions.Tanh, x | Mix | Functions.Tanh)", "\"B\", 4, 8, 8", "\"B\", 8, 8, 8")]
    [InlineData("x | Body | Mix", "\"B\", 4, 8, 8", "\"B\", 4, 8, 8")]
    public void Values_that_several_steps_keep(string flow, string input, string output)
    {
        var parts = new Dictionary<string, string>
        {
            ["Conv1"] = "[Linear(1024, 512)]",
            ["Mix"] = "[Conv2d(4, 4, 1)]",
            ["Off"] = "[Dropout(0)]",
            ["Body"] = "[Block<Residual>(4), Repeat(3)]",
        };
        ShouldTake($$"""
            [Network]
            public sealed partial record Net
            {
                {{string.Join("\n", parts.Where(part => flow.Contains(part.Key)).Select(part => $"{part.Value} public partial Layer {part.Key} {{ get; }}"))}}

                [return: Shape({{output}})]
                private Value Forward([Shape({{input}})] Value x) => {{flow}};
            }

            [Network]
            public sealed partial record Residual(int Width)
            {
                [Conv2d(nameof(Width), nameof(Width), 3)] public partial Layer Conv1 { get; }

                [return: Shape("B", nameof(Width), "H", "W")]
                private Value Forward([Shape("B", nameof(Width), "H", "W")] Value x) => x + (x | SiLU | Conv1);
            }
            """, "Test.Net", Tolerance, gradients: true);
    }

    [Theory]
    [InlineData("Moons", "MoonsDenoiser")]
    [InlineData("Moons", "MoonsEncoder")]
    [InlineData("Digits", "DigitsDenoiser")]
    public void A_network_of_the_samples(string sample, string network) =>
        ShouldTake(File.ReadAllText(Path.Combine(Repository.Root, "samples", sample, "Networks.cs")), $"{sample}.{network}", Tolerance, gradients: false);

    [Theory]
    [InlineData("DdpmPlusPlus(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [2], AttnResolutions = [8])", false)]
    [InlineData("DdpmPlusPlus(16, 3, 16, ChannelMult = [2, 1], NumBlocks = [1], AttnResolutions = [], Dropout = [0.2])", false)]
    [InlineData("NcsnPlusPlus(16, 3, 16, ChannelMult = [1, 2, 2], NumBlocks = [1], AttnResolutions = [8], LabelDim = 10)", true)]
    [InlineData("Adm(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [2, 1], AttnResolutions = [8], ChannelsPerHead = 16, LabelDim = 10)", true)]
    [InlineData("Adm(16, 3, 16, OutChannels = 6, ChannelMult = [1, 2], NumBlocks = [1], AttnResolutions = [], Dropout = [0.1, 0])", false)]
    [InlineData("Edm2(16, 3, 16, ChannelMult = [1, 2], NumBlocks = [2], AttnResolutions = [8], ChannelsPerHead = 16, LabelDim = 10)", true)]
    [InlineData("Edm2(16, 3, 16, ChannelMult = [1, 1, 2], NumBlocks = [1, 2, 1], AttnResolutions = [], Dropout = [0, 0.1, 0.1])", false)]
    public void A_UNet(string layer, bool labels)
    {
        var channels = layer.Contains("OutChannels = 6") ? 6 : 3;
        ShouldTake($$"""
            [Network]
            public sealed partial record Net
            {
                [{{layer}}] public partial Layer Model { get; }

                [return: Shape("B", {{channels}}, 16, 16)]
                private Value Forward([Shape("B", 3, 16, 16)] Value x, [Shape("B")] Value level{{(labels ? ", [Shape(\"B\", 10)] Value label" : "")}}) => (x, level{{(labels ? ", label" : "")}}) | Model;
            }
            """, "Test.Net", Tolerance, gradients: false);
    }

    private const string Image = "\"B\", 16, 16, 16";

    private static void ShouldTake(string source, string network, double tolerance, bool gradients)
    {
        var plan = NetworkChecker.Check(NetworkReader.Read(Source.Compile(source).GetTypeByMetadataName(network)!, new SourceSites(), default));
        var inputs = plan.InputShapes.ToArray();
        var promised = 4 * (plan.Activations - inputs.Aggregate((Dim)0, (sum, input) => sum + input.Numbers)).Value!.Value;

        var emitted = Emitted.From(source);
        using var store = emitted.NewStore(network);
        using var module = emitted.NewModule(network, store);
        var batch = Math.Max(16, (12 << 20) / promised);
        // The first pass sets up; the median, because other threads allocate, too.
        long TakenBy(long examples) => Enumerable.Range(0, 8).Select(_ => Taken(module, Draw(inputs, examples, gradients))).Skip(1).Order().ElementAt(3);
        var taken = (TakenBy(2 * batch) - TakenBy(batch)) / (double)batch;
        taken.ShouldBe(promised, tolerance * promised, network);
    }

    // Levels and labels have no gradient where a network is trained.
    private static Tensor[] Draw(Shape[] inputs, long batch, bool gradients) =>
        [.. inputs.Select(input => randn([batch, .. input.Sizes.Skip(1).Select(size => size.Value!.Value)]).requires_grad_(gradients && input.Rank > 1))];

    private static long Taken(nn.Module module, Tensor[] inputs)
    {
        var before = Malloc.InUse();
        var results = Emitted.Forward(module, inputs);
        var taken = Malloc.InUse() - before;
        foreach (var tensor in results.Concat(inputs))
            tensor.Dispose();
        return taken;
    }
}

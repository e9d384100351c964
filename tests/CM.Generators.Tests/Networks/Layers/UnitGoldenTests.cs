using CM.Runtime;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Layers against the building blocks of EDM and EDM2, one by one.</summary>
public sealed class UnitGoldenTests(ITestOutputHelper log)
{
    private const double Tolerance = 1e-5;
    private const string X = "\"B\", 8, 8, 8";

    private static readonly GoldenUnits Units = GoldenUnits.Load("units.json");

    private static readonly Dictionary<string, string> Given = new()
    {
        ["[6, 8, 3, 3]"] = "in/w3",
        ["[6, 8, 1, 1]"] = "in/w1",
        ["[6]"] = "in/b",
    };

    /// <summary>Resampling is a layer of its own before the convolution, or behind it where the reference fuses them.</summary>
    [Theory]
    [InlineData("conv_k0_down_11", 4, "FirDownsample(1, 1)")]
    [InlineData("conv_k0_down_11", 4, "AveragePool(2)")]
    [InlineData("conv_k0_down_1331", 4, "FirDownsample(1, 3, 3, 1)")]
    [InlineData("conv_k0_up_11", 16, "FirUpsample(1, 1)")]
    [InlineData("conv_k0_up_11", 16, "Upsample(2)")]
    [InlineData("conv_k0_up_1331", 16, "FirUpsample(1, 3, 3, 1)")]
    [InlineData("conv_k1_down_11", 4, "FirDownsample(1, 1)", "[Conv2d(8, 6, 1)]")]
    [InlineData("conv_k1_down_1331", 4, "FirDownsample(1, 3, 3, 1)", "[Conv2d(8, 6, 1)]")]
    [InlineData("conv_k1_up_11", 16, "FirUpsample(1, 1)", "[Conv2d(8, 6, 1)]")]
    [InlineData("conv_k1_up_1331", 16, "FirUpsample(1, 3, 3, 1)", "[Conv2d(8, 6, 1)]")]
    [InlineData("conv_k3", 8, "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_down_11", 4, "FirDownsample(1, 1)", "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_down_1331", 4, "FirDownsample(1, 3, 3, 1)", "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_down_11_fused", 4, "[Conv2d(8, 6, 3)]", "FirDownsample(1, 1)")]
    [InlineData("conv_k3_down_1331_fused", 4, "[Conv2d(8, 6, 3, Padding = 2)]", "FirDownsample([1, 3, 3, 1], padding: 0)")]
    [InlineData("conv_k3_up_11", 16, "FirUpsample(1, 1)", "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_up_1331", 16, "FirUpsample(1, 3, 3, 1)", "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_up_11_fused", 16, "FirUpsample(1, 1)", "[Conv2d(8, 6, 3)]")]
    [InlineData("conv_k3_up_1331_fused", 16, "FirUpsample([1, 3, 3, 1], padding: 0)", "[Conv2d(8, 6, 3, Padding = 0)]")]
    [InlineData("resample_down", 4, "FirDownsample(1, 1)")]
    [InlineData("resample_up", 16, "FirUpsample(1, 1)")]
    public void Convolutions_and_resampling(string wanted, int side, params string[] layers)
    {
        var channels = layers.Any(layer => layer.Contains("Conv2d")) ? 6 : 8;
        Compare(Run(layers, [(X, Units["in/x"])], $"\"B\", {channels}, {side}, {side}", spec => Given[$"[{string.Join(", ", spec.Shape)}]"]), wanted);
    }

    [Theory]
    [InlineData("groupnorm_eps1e-05", "[GroupNorm(2, 8)]")]
    [InlineData("groupnorm_eps1e-06", "[GroupNorm(2, 8, Epsilon = 1e-6)]")]
    [InlineData("normalize_dim1", "PixelNorm")]
    [InlineData("mp_silu", "MpSiLU")]
    public void Norms_and_activations(string wanted, string layer) =>
        Compare(Run([layer], [(X, Units["in/x"])], X, spec => spec.Name.EndsWith("weight", StringComparison.Ordinal) ? "in/gn_w" : "in/gn_b"), wanted);

    [Theory]
    [InlineData("fourier", "[FourierEmbedding(10)]", 10)]
    [InlineData("mp_fourier", "[MpFourier(5)]", 5)]
    [InlineData("posemb_endpoint0", "PositionalEmbedding(10)", 10)]
    [InlineData("posemb_endpoint1", "PositionalEmbedding(10, endpoint: true)", 10)]
    [InlineData("posemb_endpoint1_swapped", "PositionalEmbedding(10, endpoint: true, sineFirst: true)", 10)]
    public void Embeddings(string wanted, string layer, int channels) =>
        Compare(Run([layer], [("\"B\"", Units["in/t"])], $"\"B\", {channels}", spec => spec.Name.EndsWith("freqs", StringComparison.Ordinal) ? "in/freqs" : "in/phases", layer.Contains("Mp") ? 2 * Math.PI : 1), wanted);

    [Theory]
    [InlineData("mp_sum_0.3", "MpSum(0.3)", 8, 8)]
    [InlineData("mp_cat_0.5", "MpCat()", 4, 12)]
    public void Sums_and_joins(string wanted, string layer, int second, int channels) =>
        Compare(Run([layer], [(X, Units["in/x"]), ($"\"B\", {second}, 8, 8", Units["in/y"].narrow(1, 0, second))], $"\"B\", {channels}, 8, 8", _ => ""), wanted);

    [Fact]
    public void Weights_of_magnitude_1()
    {
        Compare(Run(["[MpLinear(8, 6)]"], [("\"B\", 8", Units["in/e"])], "\"B\", 6", _ => "in/mpw0"), "mplinear_eval");
        Compare(Run(["[MpConv2d(8, 6, 3, Gain = 0.7)]"], [(X, Units["in/x"])], "\"B\", 6, 8, 8", _ => "in/mpw3"), "mpconv3_eval_gain0.7");
    }

    [Fact]
    public void Weights_that_training_normalises()
    {
        var emitted = Emitted.From(OneLayer.Declare("[MpConv2d(8, 6, 3)]", X, "\"B\", 6, 8, 8"));
        using var store = emitted.NewStore("Net");
        using (no_grad())
            store["Only.weight"].copy_(Units["in/mpw3"]);
        using var module = emitted.NewModule("Net", store);
        Compare(Emitted.Forward(module, Units["in/x"])[0], "mpconv3_train");
        Compare(store["Only.weight"], "mpconv3_weight_after");
        Emitted.Forward(module, Units["in/x"]);
        Compare(store["Only.weight"], "mpconv3_weight_after2");
    }

    /// <summary>
    /// Four steps of Adam with forced normalisation: weights before the pass, results, gradients, and the weights that are left.
    /// </summary>
    [Theory]
    [InlineData(0, "[MpConv2d(3, 4, 3, Gain = 0.8)]", "\"B\", 3, 5, 5", "\"B\", 4, 5, 5")]
    [InlineData(1, "[MpConv2d(4, 5, 1, Gain = 0.8)]", "\"B\", 4, 5, 5", "\"B\", 5, 5, 5")]
    [InlineData(2, "[MpLinear(3, 6, Gain = 0.8)]", "\"B\", 3", "\"B\", 6")]
    public void Weights_of_magnitude_1_in_training(int layer, string declaration, string input, string output)
    {
        var golden = new Golden("O07_edm2_weight_norm");
        var emitted = Emitted.From(OneLayer.Declare(declaration, input, output));
        using var store = emitted.NewStore("Net");
        using var scope = NewDisposeScope();
        using (no_grad())
            store["Only.weight"].copy_(golden[$"in/w_{layer}"]);
        using var module = emitted.NewModule("Net", store);
        using var optimizer = new Adam(store, 0.05, beta2: 0.99);
        for (var step = 0; step < 4; step++)
        {
            store.ZeroGradients();
            var y = Emitted.Forward(module, golden[$"in/x_{layer}"][step])[0];
            Golden.ShouldMatch(store["Only.weight"], golden[$"out/weight_normalised_{layer}"][step], Tolerance, "normalised weights");
            Golden.ShouldMatch(y, golden[$"out/y_{layer}"][step], Tolerance, "result");
            (y * golden[$"in/v_{layer}"]).mean().backward();
            Golden.ShouldMatch(store["Only.weight"].grad!, golden[$"out/grad_{layer}"][step], Tolerance, "gradient");
            optimizer.Step();
        }

        Golden.ShouldMatch(store["Only.weight"], golden[$"out/weight_final_{layer}"], Tolerance, "weights after the last step");
    }

    /// <summary>
    /// One head of 24 channels: the image holds query, key and value in eight channels each, and where the values are rows of the unit
    /// matrix, what comes out are columns of the weights.
    /// </summary>
    [Fact]
    public void Attention_weights()
    {
        var emitted = Emitted.From(OneLayer.Declare("[Attention(24)]", "\"B\", 24, 1, 10", "\"B\", 24, 1, 10"));
        using var store = emitted.NewStore("Net");
        using var still = no_grad();
        store.Values.zero_();
        for (var c = 0; c < 8; c++)
        {
            // Eight channels have the divisor √8, twenty-four have √24.
            store["Only.qkv.weight"][3 * c, c].fill_(Math.Sqrt(3));
            store["Only.qkv.weight"][3 * c + 1, 8 + c].fill_(1);
            store["Only.qkv.weight"][3 * c + 2, 16 + c].fill_(1);
            store["Only.proj.weight"][c, c].fill_(1);
        }

        using var module = emitted.NewModule("Net", store);
        var columns = new List<Tensor>();
        foreach (var (first, count) in new[] { (0, 8), (8, 2) })
        {
            var values = nn.functional.pad(eye(10).narrow(0, first, count), (0, 0, 0, 8 - count)).expand([3, 8, 10]);
            var image = cat([Units["in/q"], Units["in/k"], values], 1).unsqueeze(2);
            columns.Add(Emitted.Forward(module, image)[0].squeeze(2).narrow(1, 0, count));
        }

        Compare(cat(columns, 1).transpose(1, 2), "attention_weights");
    }

    private static Tensor Run(string[] layers, (string Shape, Tensor Value)[] inputs, string output, Func<ParameterSpec, string> given, double freqs = 1)
    {
        var names = inputs.Select((_, i) => "xy"[i].ToString()).ToArray();
        var emitted = Emitted.From($$"""
            [Network]
            public sealed partial record Net
            {
                {{string.Join("\n", layers.Select((layer, i) => layer.StartsWith('[') ? $"{layer} public partial Layer L{i} {{ get; }}" : ""))}}

                [return: Shape({{output}})]
                private Value Forward({{string.Join(", ", inputs.Select((input, i) => $"[Shape({input.Shape})] Value {names[i]}"))}}) =>
                    {{(names.Length == 1 ? names[0] : $"({string.Join(", ", names)})")}} | {{string.Join(" | ", layers.Select((layer, i) => layer.StartsWith('[') ? $"L{i}" : layer))}};
            }
            """);
        using var store = emitted.NewStore("Net");
        using var still = no_grad();
        foreach (var spec in store.Layout.Parameters)
            store[spec.Name].copy_(Units[given(spec)]);
        foreach (var spec in store.Layout.Buffers)
            store.Buffer(spec.Name).copy_(Units[given(spec)] * (spec.Name.EndsWith("freqs", StringComparison.Ordinal) ? freqs : 1));
        using var module = emitted.NewModule("Net", store);
        module.eval();
        return Emitted.Forward(module, [.. inputs.Select(input => input.Value)])[0];
    }

    private void Compare(Tensor actual, string wanted)
    {
        var error = Units.Error(actual, wanted);
        log.WriteLine($"{wanted}: {error:E1}");
        error.ShouldBeLessThan(Tolerance, wanted);
    }
}

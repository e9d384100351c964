using System.Globalization;
using System.Text.RegularExpressions;
using CM.Runtime;
using TorchSharp;

namespace CM.Generators.Tests;

/// <summary>How weights start: EDM's <c>weight_init</c>, and PyTorch's own.</summary>
public sealed partial class StartTests
{
    private const string Image16 = "\"B\", 16, 8, 8";
    private const string Image32 = "\"B\", 32, 8, 8";

    /// <summary>A convolution with 16·9 numbers in and 32·9 out.</summary>
    [Theory]
    [InlineData("XavierUniform", "Uniform", 0.117851130197758)] // √(6/432)
    [InlineData("XavierNormal", "Normal", 0.068041381743977)] // √(2/432)
    [InlineData("KaimingUniform", "Uniform", 0.144337567297406)] // √(3/144)
    [InlineData("KaimingNormal", "Normal", 0.083333333333333)] // √(1/144)
    [InlineData("PyTorch", "Uniform", 0.083333333333333)] // 1/√144
    public void Laws_of_EDM(string start, string law, double size)
    {
        ShouldStart($"[Conv2d(16, 32, 3, Init = Init.{start})]", Image16, Image32, ("weight", law, size), start == "PyTorch" ? ("bias", law, size) : ("bias", "Constant", 0));
        ShouldStart($"[Conv2d(16, 32, 3, Init = Init.{start}, InitWeight = 0.5, InitBias = 2)]", Image16, Image32, ("weight", law, size / 2), ("bias", law, size * 2));
    }

    [Fact]
    public void Every_layer_counts_what_goes_in_and_out()
    {
        ShouldStart("[Conv2d(16, 32, 3, Groups = 4, Bias = false, Init = Init.XavierNormal)]", Image16, Image32, ("weight", "Normal", Math.Sqrt(2 / (36 + 72.0))));
        ShouldStart("[DepthwiseConv2d(16, 3, Bias = false, Init = Init.XavierNormal)]", Image16, Image16, ("weight", "Normal", Math.Sqrt(2 / (9 + 9.0))));
        ShouldStart("[ConvTranspose2d(16, 32, 3, Bias = false, Init = Init.KaimingUniform)]", Image16, Image32, ("weight", "Uniform", Math.Sqrt(3 / 144.0)));
        ShouldStart("[ConvTranspose2d(16, 32, 3)]", Image16, Image32, ("weight", "Uniform", 1 / Math.Sqrt(288)), ("bias", "Uniform", 1 / Math.Sqrt(288)));
        ShouldStart("[Linear(16, 32, Init = Init.KaimingNormal, InitWeight = 0)]", "\"B\", 16", "\"B\", 32", ("weight", "Constant", 0), ("bias", "Constant", 0));
        ShouldStart("[ClassEmbedding(16, 32, Bias = false, Init = Init.KaimingNormal, InitWeight = 4)]", "\"B\", 16", "\"B\", 32", ("weight", "Normal", 1));
        ShouldStart("[AugmentEmbedding(9, 32)]", "\"B\", 9", "\"B\", 32", ("weight", "Uniform", 1 / Math.Sqrt(9)));
        ShouldStart("[Attention(16, Init = Init.XavierUniform, InitWeight = 0.5, ProjectionInitWeight = 1e-5)]", Image16, Image16,
            ("qkv.weight", "Uniform", 0.5 * Math.Sqrt(6 / (16 + 48.0))), ("qkv.bias", "Constant", 0), ("proj.weight", "Uniform", 1e-5 * Math.Sqrt(6 / 32.0)), ("proj.bias", "Constant", 0));
    }

    [Fact]
    public void Sizes_that_are_parameters_are_computed_when_it_is_built() =>
        Source.Generate("""
            [Network, Shape("B", nameof(Width))]
            public sealed partial record Net(int Width)
            {
                [Linear(nameof(Width), "2*Width", Init = Init.KaimingUniform, InitWeight = 0.5)] public partial Layer Only { get; }
            }
            """)["Networks/Test.Net.g.cs"].ShouldContain(".Add(\"Only.weight\", Initializer.Uniform(0.8660254037844386 / Math.Sqrt(Width)), 2 * Width, Width)");

    [Fact]
    public void Filters_are_outer_products_with_sum_1()
    {
        using var store = ParameterStore.New(new ParameterLayout().AddBuffer("resample_filter", Initializer.Filter(1, 2, 5), 1, 1, 3, 3), seed: 1);
        double[] taps = [1 / 8.0, 2 / 8.0, 5 / 8.0];
        store.Buffer("resample_filter").flatten().data<float>().ToArray().ShouldBe([.. taps.SelectMany(_ => taps, (a, b) => (float)(a * b))]);
    }

    private static void ShouldStart(string layer, string input, string output, params (string Name, string Law, double Size)[] wanted)
    {
        var text = Source.Generate(OneLayer.Declare(layer, input, output))["Networks/Test.Net.g.cs"];
        var found = Added().Matches(text).Select(match => (Name: match.Groups[1].Value, Law: match.Groups[2].Value, Size: double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture))).ToArray();
        found.Select(each => (each.Name, each.Law)).ShouldBe(wanted.Select(each => (each.Name, each.Law)), layer);
        foreach (var (each, other) in found.Zip(wanted))
            each.Size.ShouldBe(other.Size, 1e-14 + 1e-12 * other.Size, layer);
    }

    [GeneratedRegex(@"\.Add\(""Only\.([a-z.]+)"", Initializer\.([A-Za-z]+)\(([-0-9.E]+)\)")]
    private static partial Regex Added();
}

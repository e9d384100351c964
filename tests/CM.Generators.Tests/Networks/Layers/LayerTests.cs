using TorchSharp;
using static CM.Generators.Tests.OneLayer;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CM.Generators.Tests;

/// <summary>Layers run on libtorch and compared with the formulas in their documentation, written out.</summary>
public sealed class LayerTests
{
    [Fact]
    public void Linear_multiplies_the_last_axis()
    {
        var x = linspace(-1, 1, 12, float32).view(2, 2, 3);
        ShouldGive("[Linear(3, 5)]", "\"B\", 2, 3", "\"B\", 2, 5", x, (store, input) =>
            input.matmul(store["Only.weight"].t()) + store["Only.bias"]);
    }

    [Theory]
    [InlineData("3, 4, 3", 8, 8, 1, 1, 1)]
    [InlineData("3, 4, 3, Stride = 2", 8, 4, 2, 1, 1)]
    [InlineData("3, 4, 4, Stride = 2, Padding = 1", 8, 4, 2, 1, 1)]
    [InlineData("3, 4, 5, Padding = 0", 8, 4, 1, 0, 1)]
    [InlineData("3, 4, 3, Dilation = 2", 8, 8, 1, 2, 2)]
    [InlineData("3, 4, 1", 8, 8, 1, 0, 1)]
    public void Conv2d_keeps_to_its_formula(string arguments, int side, int result, long stride, long padding, long dilation) =>
        ShouldGive($"[Conv2d({arguments})]", $"\"B\", 3, {side}, {side}", $"\"B\", 4, {result}, {result}", Image(3, side), (store, input) =>
            F.conv2d(input, store["Only.weight"], store["Only.bias"], [stride, stride], [padding, padding], [dilation, dilation]));

    [Fact]
    public void Grouped_convolution_sees_its_group_alone() =>
        ShouldGive("[Conv2d(4, 8, 3, Groups = 4, Bias = false)]", "\"B\", 4, 6, 6", "\"B\", 8, 6, 6", Image(4, 6), (store, input) =>
            cat([.. Enumerable.Range(0, 4).Select(i => F.conv2d(input.narrow(1, i, 1), store["Only.weight"].narrow(0, 2 * i, 2), padding: [1, 1]))], 1));

    [Fact]
    public void GroupNorm_has_mean_0_and_deviation_1_in_each_group() =>
        ShouldGive("[GroupNorm(2, 4)]", "\"B\", 4, 3, 3", "\"B\", 4, 3, 3", Image(4, 3), (store, input) =>
        {
            var groups = input.view(2, 2, 18);
            var mean = groups.mean([2], true);
            var variance = (groups - mean).square().mean([2], true);
            return ((groups - mean) / (variance + 1e-5).sqrt()).view(2, 4, 3, 3) * store["Only.weight"].view(4, 1, 1) + store["Only.bias"].view(4, 1, 1);
        });

    [Fact]
    public void LayerNorm_has_mean_0_and_deviation_1_in_the_last_axis() =>
        ShouldGive("[LayerNorm(6)]", "\"B\", 6", "\"B\", 6", linspace(-1, 2, 12, float32).square().view(2, 6), (store, input) =>
        {
            var mean = input.mean([1], true);
            return (input - mean) / ((input - mean).square().mean([1], true) + 1e-5).sqrt() * store["Only.weight"] + store["Only.bias"];
        });

    [Theory]
    [InlineData("ReLU")]
    [InlineData("SiLU")]
    [InlineData("GELU")]
    [InlineData("Tanh")]
    [InlineData("Sigmoid")]
    [InlineData("Softplus")]
    public void Activations(string function)
    {
        Func<double, double> formula = function switch
        {
            "ReLU" => x => Math.Max(x, 0),
            "SiLU" => x => x / (1 + Math.Exp(-x)),
            "GELU" => x => x * NormalCdf(x),
            "Tanh" => Math.Tanh,
            "Sigmoid" => x => 1 / (1 + Math.Exp(-x)),
            _ => x => Math.Log(1 + Math.Exp(x)),
        };
        ShouldGive("Functions." + function, "\"B\", 8", "\"B\", 8", linspace(-3, 3, 16, float32).view(2, 8), (_, input) =>
            tensor(input.data<float>().ToArray().Select(x => (float)formula(x)).ToArray()).view(2, 8), gradients: false);
    }

    [Fact]
    public void Embeddings_are_waves_of_the_level()
    {
        var level = tensor(new[] { -1.5f, 0.25f, 1.1f });
        ShouldGive("PositionalEmbedding(8, endpoint: true, sineFirst: true)", "\"B\"", "\"B\", 8", level, (_, input) =>
        {
            var angle = input.unsqueeze(1) * tensor(Enumerable.Range(0, 4).Select(j => (float)Math.Pow(10_000, -j / 3.0)).ToArray());
            return cat([angle.sin(), angle.cos()], 1);
        });
        ShouldGive("PositionalEmbedding(8)", "\"B\"", "\"B\", 8", level, (_, input) =>
        {
            var angle = input.unsqueeze(1) * tensor(Enumerable.Range(0, 4).Select(j => (float)Math.Pow(10_000, -j / 4.0)).ToArray());
            return cat([angle.cos(), angle.sin()], 1);
        });
        ShouldGive("[FourierEmbedding(8, Scale = 2)]", "\"B\"", "\"B\", 8", level, (store, input) =>
        {
            var angle = input.unsqueeze(1) * store.Buffer("Only.freqs") * (2 * Math.PI);
            return cat([angle.cos(), angle.sin()], 1);
        });
    }

    [Fact]
    public void Resampling()
    {
        ShouldGive("Upsample(2)", "\"B\", 3, 3, 3", "\"B\", 3, 6, 6", Image(3, 3), (_, input) =>
            input.repeat_interleave(2, 2).repeat_interleave(2, 3));
        ShouldGive("AveragePool(2)", "\"B\", 3, 5, 5", "\"B\", 3, 2, 2", Image(3, 5), (_, input) =>
            input.narrow(2, 0, 4).narrow(3, 0, 4).contiguous().view(2, 3, 2, 2, 2, 2).mean([3, 5]));
        ShouldGive("Downsample(2)", "\"B\", 3, 5, 5", "\"B\", 3, 3, 3", Image(3, 5), (_, input) =>
            input.index_select(2, tensor(new long[] { 0, 2, 4 })).index_select(3, tensor(new long[] { 0, 2, 4 })));
    }

    [Fact]
    public void Flatten_unflatten_and_scale()
    {
        ShouldGive("Flatten", "\"B\", 3, 2, 2", "\"B\", 12", Image(3, 2), (_, input) => input.view(2, 12));
        ShouldGive("Unflatten(3, 2, 2)", "\"B\", 12", "\"B\", 3, 2, 2", Image(3, 2).view(2, 12), (_, input) => input.view(2, 3, 2, 2));
        ShouldGive("Scale(-0.5)", "\"B\", 12", "\"B\", 12", Image(3, 2).view(2, 12), (_, input) => input * -0.5);
    }

    [Fact]
    public void Dropout_zeroes_at_its_rate_while_training_and_never_otherwise()
    {
        var emitted = Emitted.From(Declare("[Dropout(0.25)]", "\"B\", 1000", "\"B\", 1000"));
        using var store = emitted.NewStore("Net");
        var module = emitted.NewModule("Net", store);
        var x = ones(100, 1000);
        manual_seed(3);
        var dropped = Emitted.Forward(module, x)[0];
        dropped.eq(0).to(float32).mean().ToSingle().ShouldBe(0.25f, 0.01f);
        dropped.max().ToSingle().ShouldBe(1 / 0.75f, 1e-5f);
        module.eval();
        Emitted.Forward(module, x)[0].allclose(x).ShouldBeTrue();
    }

    [Fact]
    public void Broadcasting_aligns_from_the_left()
    {
        var emitted = Emitted.From("""
            [Network]
            public sealed partial record Net
            {
                [return: Shape("B", 3, 2, 2)]
                private Value Forward([Shape("B", 3, 2, 2)] Value x, [Shape("B", 3)] Value shift, [Shape("B")] Value gain) =>
                    1 - x * gain + (shift | Scale(2));
            }
            """);
        using var store = emitted.NewStore("Net");
        var (x, shift, gain) = (Image(3, 2), linspace(0, 1, 6, float32).view(2, 3), tensor(new[] { 2f, 3f }));
        var expected = (x * gain.view(2, 1, 1, 1)).neg() + 1 + shift.view(2, 3, 1, 1) * 2;
        Emitted.Forward(emitted.NewModule("Net", store), x, shift, gain)[0].allclose(expected).ShouldBeTrue();
    }

    [Fact]
    public void Parameters_start_as_in_PyTorch()
    {
        var emitted = Emitted.From(Declare("[Linear(400, 300)]", "\"B\", 400", "\"B\", 300"));
        using var store = emitted.NewStore("Net");
        foreach (var name in new[] { "Only.weight", "Only.bias" })
        {
            store[name].abs().max().ToSingle().ShouldBeInRange(0.049f, 0.05f);
            store[name].mean().ToSingle().ShouldBe(0, 0.005f);
        }
    }

    // Abramowitz and Stegun's series for the error function, summed until it stands still.
    private static double NormalCdf(double x)
    {
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > 1e-17; n++)
        {
            term *= -x * x / 2 / n;
            sum += term / (2 * n + 1);
        }

        return 0.5 + sum / Math.Sqrt(2 * Math.PI);
    }
}

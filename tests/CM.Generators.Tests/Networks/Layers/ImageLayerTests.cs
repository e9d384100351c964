using TorchSharp;
using static CM.Generators.Tests.OneLayer;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CM.Generators.Tests;

/// <summary>Layers on images, beside the formulas in their documentation.</summary>
public sealed class ImageLayerTests
{
    /// <summary>Every output pixel of a transposed convolution is the sum over those that were laid on it.</summary>
    [Theory]
    [InlineData("2, 3, 4, Stride = 2", 4, 8, 2, 1, 0)]
    [InlineData("2, 3, 3, Stride = 2, OutputPadding = 1", 4, 8, 2, 1, 1)]
    [InlineData("2, 3, 3, Padding = 0", 4, 6, 1, 0, 0)]
    [InlineData("2, 3, 5, Stride = 3, Padding = 1, OutputPadding = 2", 3, 11, 3, 1, 2)]
    public void ConvTranspose2d_lays_kernels_side_by_side(string arguments, int side, int result, int stride, int padding, int outputPadding) =>
        ShouldGive($"[ConvTranspose2d({arguments})]", $"\"B\", 2, {side}, {side}", $"\"B\", 3, {result}, {result}", Image(2, side), (store, input) =>
        {
            // The images with stride − 1 zeros between pixels, convolved with the turned kernel.
            var weight = store["Only.weight"].transpose(0, 1).flip(2, 3);
            var wide = (side - 1) * stride + 1;
            var spread = zeros(2, 2, wide, wide);
            for (var i = 0; i < side; i++)
                for (var j = 0; j < side; j++)
                    spread = spread + F.pad(input.narrow(2, i, 1).narrow(3, j, 1), (j * stride, wide - 1 - j * stride, i * stride, wide - 1 - i * stride));
            var edge = weight.shape[3] - 1 - padding;
            return F.conv2d(F.pad(spread, (edge, edge + outputPadding, edge, edge + outputPadding)), weight, store["Only.bias"]);
        });

    [Fact]
    public void DepthwiseConv2d_filters_each_channel_alone() =>
        ShouldGive("[DepthwiseConv2d(3, 3, Stride = 2)]", "\"B\", 3, 6, 6", "\"B\", 3, 3, 3", Image(3, 6), (store, input) =>
            cat([.. Enumerable.Range(0, 3).Select(i => F.conv2d(input.narrow(1, i, 1), store["Only.weight"].narrow(0, i, 1), store["Only.bias"].narrow(0, i, 1), [2, 2], [1, 1]))], 1));

    [Fact]
    public void GlobalAveragePool_is_the_mean_of_each_channel() =>
        ShouldGive("GlobalAveragePool", "\"B\", 3, 6, 6", "\"B\", 3", Image(3, 6), (_, input) => stack([.. Enumerable.Range(0, 3).Select(i => input.select(1, i).flatten(1).mean([1]))], 1));

    [Fact]
    public void The_filter_1_1_is_nearest_neighbour_and_mean()
    {
        ShouldGive("FirUpsample(1, 1)", "\"B\", 3, 3, 3", "\"B\", 3, 6, 6", Image(3, 3), (_, input) => input.repeat_interleave(2, 2).repeat_interleave(2, 3));
        ShouldGive("FirDownsample(1, 1)", "\"B\", 3, 6, 6", "\"B\", 3, 3, 3", Image(3, 6), (_, input) => input.view(2, 3, 3, 2, 3, 2).mean([3, 5]));
    }

    [Fact]
    public void Filters_weigh_their_neighbours()
    {
        // One row of taps after the other, with zeros outside.
        ShouldGive("FirDownsample(1, 3, 3, 1)", "\"B\", 3, 6, 6", "\"B\", 3, 3, 3", Image(3, 6), (_, input) =>
        {
            var framed = F.pad(input, (1, 1, 1, 1));
            var sum = zeros(2, 3, 3, 3);
            double[] taps = [1 / 8.0, 3 / 8.0, 3 / 8.0, 1 / 8.0];
            for (var i = 0; i < 4; i++)
                for (var j = 0; j < 4; j++)
                    sum = sum + framed.slice(2, i, i + 5, 2).slice(3, j, j + 5, 2) * (taps[i] * taps[j]);
            return sum;
        });

        // Each new pixel is ¾ of the nearest and ¼ of the next, along both axes.
        ShouldGive("FirUpsample(1, 3, 3, 1)", "\"B\", 3, 4, 4", "\"B\", 3, 8, 8", Image(3, 4), (_, input) =>
        {
            Tensor Along(Tensor x, int axis)
            {
                var framed = F.pad(x, axis == 2 ? (0, 0, 1, 1) : (1, 1, 0, 0));
                var (before, after) = (framed.narrow(axis, 0, 4), framed.narrow(axis, 2, 4));
                return stack([x * 0.75 + before * 0.25, x * 0.75 + after * 0.25], axis + 1).flatten(axis, axis + 1);
            }

            return Along(Along(input, 2), 3);
        });
    }

    [Fact]
    public void Three_taps_and_other_paddings_have_the_size_they_promise()
    {
        ShouldGive("FirUpsample(1, 2, 1)", "\"B\", 2, 4, 4", "\"B\", 2, 7, 7", Image(2, 4), (_, input) =>
            F.conv_transpose2d(input, Filter([1, 2, 1], 2) * 4, strides: [2, 2], padding: [1, 1], groups: 2));
        ShouldGive("FirDownsample([1, 2, 1], padding: 0)", "\"B\", 2, 8, 8", "\"B\", 2, 3, 3", Image(2, 8), (_, input) =>
            F.conv2d(input, Filter([1, 2, 1], 2), strides: [2, 2], groups: 2));
    }

    [Fact]
    public void Pixels_become_channels_and_channels_pixels()
    {
        ShouldGive("PixelShuffle(2)", "\"B\", 8, 3, 3", "\"B\", 2, 6, 6", Image(8, 3), (_, input) =>
            input.view(2, 2, 2, 2, 3, 3).permute(0, 1, 4, 2, 5, 3).reshape(2, 2, 6, 6));
        ShouldGive("PixelUnshuffle(3)", "\"B\", 2, 6, 6", "\"B\", 18, 2, 2", Image(2, 6), (_, input) =>
            input.view(2, 2, 2, 3, 2, 3).permute(0, 1, 3, 5, 2, 4).reshape(2, 18, 2, 2));
    }

    [Fact]
    public void Ones_come_last() =>
        ShouldGive("AppendOnes", "\"B\", 2, 3, 3", "\"B\", 3, 3, 3", Image(2, 3), (_, input) => cat([input, ones(2, 1, 3, 3)], 1));

    [Fact]
    public void RmsNorm_divides_by_the_root_mean_square() =>
        ShouldGive("[RmsNorm(6, Epsilon = 0.01)]", "\"B\", 2, 6", "\"B\", 2, 6", linspace(-1, 2, 24, float32).view(2, 2, 6), (store, input) =>
            input / ((input * input).sum(2, true) / 6 + 0.01).sqrt() * store["Only.weight"]);

    [Fact]
    public void PixelNorm_divides_by_the_magnitude_of_the_channels() =>
        ShouldGive("PixelNorm", "\"B\", 3, 4, 4", "\"B\", 3, 4, 4", Image(3, 4), (_, input) =>
            input / ((input * input).sum(1, true) / 3).sqrt().add(1e-4));

    [Fact]
    public void A_black_pixel_stays_black_and_has_a_gradient()
    {
        using var x = zeros(1, 3, 2, 2).requires_grad_();
        var y = Runtime.Norms.PixelNorm(x);
        y.sum().backward();
        y.abs().max().ToSingle().ShouldBe(0);
        x.grad!.isfinite().all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void AdaptiveGroupNorm_takes_its_scale_and_shift_from_the_embedding() =>
        ShouldGive("[AdaptiveGroupNorm(2, 4, 5, Epsilon = 0.01)]", [("\"B\", 4, 3, 3", Image(4, 3)), ("\"B\", 5", linspace(-1, 1, 10, float32).view(2, 5))], "\"B\", 4, 3, 3", (store, inputs) =>
        {
            var affine = inputs[1].matmul(store["Only.affine.weight"].t()) + store["Only.affine.bias"];
            var groups = inputs[0].view(2, 2, 18);
            var mean = groups.mean([2], true);
            var normed = ((groups - mean) / ((groups - mean).square().mean([2], true) + 0.01).sqrt()).view(2, 4, 3, 3);
            normed = normed * store["Only.norm.weight"].view(4, 1, 1) + store["Only.norm.bias"].view(4, 1, 1);
            return normed * (affine.narrow(1, 0, 4) + 1).view(2, 4, 1, 1) + affine.narrow(1, 4, 4).view(2, 4, 1, 1);
        });

    [Theory]
    [InlineData("[Attention(6)]", 1)]
    [InlineData("[Attention(6, Heads = 3)]", 3)]
    [InlineData("[Attention(6, ChannelsPerHead = 3)]", 2)]
    public void Attention_averages_values_by_the_softmax_of_query_and_key(string layer, int heads) =>
        ShouldGive(layer, "\"B\", 6, 2, 2", "\"B\", 6, 2, 2", Image(6, 2) * 3, (store, input) =>
        {
            var pixels = input.view(2, 6, 4);
            var qkv = store["Only.qkv.weight"].view(18, 6).matmul(pixels) + store["Only.qkv.bias"].view(18, 1);
            return store["Only.proj.weight"].view(6, 6).matmul(Mixed(qkv, heads)).add(store["Only.proj.bias"].view(6, 1)).view(2, 6, 2, 2);
        });

    /// <summary>Attention on [B, 3C, pixels], one head, one sample and one query at a time.</summary>
    internal static Tensor Mixed(Tensor qkv, int heads, Func<Tensor, Tensor>? normalise = null)
    {
        normalise ??= columns => columns;
        var (batch, channels, pixels) = (qkv.shape[0], qkv.shape[1] / 3, qkv.shape[2]);
        var width = channels / heads;
        var samples = new List<Tensor>();
        for (var sample = 0; sample < batch; sample++)
        {
            var rows = new List<Tensor>();
            for (var head = 0; head < heads; head++)
            {
                Tensor Every3rd(int first) => normalise(stack(Enumerable.Range(0, (int)width).Select(c => qkv[sample][(head * width + c) * 3 + first]), 0));
                var (query, key, value) = (Every3rd(0), Every3rd(1), Every3rd(2));
                rows.Add(stack(Enumerable.Range(0, (int)pixels).Select(pixel =>
                {
                    var weights = (key * query.narrow(1, pixel, 1)).sum([0L]).div(Math.Sqrt(width)).exp();
                    return (value * (weights / weights.sum())).sum([1L]);
                }), 1));
            }

            samples.Add(cat(rows, 0));
        }

        return stack(samples, 0);
    }

    private static Tensor Filter(double[] taps, int channels)
    {
        var line = tensor([.. taps.Select(tap => (float)(tap / taps.Sum()))]);
        return (line.unsqueeze(1) * line).view(1, 1, taps.Length, taps.Length).repeat(channels, 1, 1, 1);
    }
}

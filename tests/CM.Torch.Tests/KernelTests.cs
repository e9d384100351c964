using static TorchSharp.torch;

namespace CM.Torch.Tests;

/// <summary>The kernels beside the same operation by operation in ATen, in float64.</summary>
[Collection("kernels")]
public class KernelTests
{
    /// <summary>Batch, channels, height, width, groups, output channels, kernel (0 for no convolution), and what else there is.</summary>
    public static TheoryData<long, long[], string> Blocks
    {
        get
        {
            var data = new TheoryData<long, long[], string>();
            foreach (var width in new long[] { 8, 16 }.Where(width => width <= Best))
            {
                data.Add(width, [2, 32, 8, 8, 8, 32, 3], "norm silu");
                data.Add(width, [3, 32, 9, 7, 8, 48, 3], "norm silu shift dropout residual scale");
                data.Add(width, [2, 20, 5, 5, 5, 12, 3], "norm silu shift rows dropout");
                data.Add(width, [1, 3, 6, 10, 0, 33, 3], "");
                data.Add(width, [2, 130, 4, 4, 2, 66, 3], "norm silu adaptive residual");
                data.Add(width, [2, 64, 5, 3, 0, 96, 1], "");
                data.Add(width, [2, 24, 4, 6, 4, 72, 1], "norm");
                data.Add(width, [2, 17, 3, 3, 0, 5, 1], "residual scale");
                data.Add(width, [2, 32, 16, 16, 32, 32, 0], "norm silu");
                data.Add(width, [3, 22, 5, 4, 2, 22, 0], "norm silu shift dropout adaptive");
                data.Add(width, [2, 5, 3, 4, 0, 7, 3], "silu dropout shift");
                data.Add(width, [1, 16, 1, 1, 4, 16, 3], "norm silu");
            }

            return data;
        }
    }

    private static readonly long Best = Kernels.Width;

    [Theory, MemberData(nameof(Blocks))]
    public void A_block_and_its_gradients_are_those_of_ATen(long width, long[] sizes, string what)
    {
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        manual_seed(sizes.Sum());
        var block = new Block(sizes, what);
        var (result, expected) = (block.ByKernel(block.Given), block.ByATen(block.Wide));
        Close(result, expected, "result");

        var weights = randn(expected.shape, ScalarType.Float64);
        (result.to(ScalarType.Float64) * weights).sum().backward();
        (expected * weights).sum().backward();
        foreach (var (name, given) in block.Given)
            Close(given.grad!, block.Wide[name].grad!, name);
    }

    [Theory, MemberData(nameof(Blocks))]
    public void The_gradient_is_the_central_difference(long width, long[] sizes, string what)
    {
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        manual_seed(sizes.Sum() + 1);
        var block = new Block(sizes, what);
        var weights = randn(block.ByATen(block.Wide).shape, ScalarType.Float64);
        double Value(Dictionary<string, Tensor> inputs) => (block.ByKernel(inputs).to(ScalarType.Float64) * weights).sum().item<double>();

        (block.ByKernel(block.Given).to(ScalarType.Float64) * weights).sum().backward();
        const double h = 2e-3;
        foreach (var (name, tensor) in block.Given)
        {
            var direction = randn_like(tensor);
            using var frozen = no_grad();
            double Moved(double by) => Value(new(block.Given) { [name] = tensor + direction * by });
            var slope = (Moved(h) - Moved(-h)) / (2 * h);
            var derivative = (tensor.grad! * direction).to(ScalarType.Float64).sum().item<double>();
            var size = (tensor.grad!.norm() * direction.norm()).item<float>() / Math.Sqrt(tensor.numel());
            Math.Abs(slope - derivative).ShouldBeLessThan(0.02 * size + 0.02, $"{name}: {derivative} by the kernel, {slope} by differences");
        }
    }

    [Fact]
    public void Masks_of_rows_are_rows_of_the_mask_and_hold_their_rate()
    {
        if (Best == 0)
            return;
        using var _ = NewDisposeScope();
        var whole = Kernels.Dropout(ones([64, 4000]), 0.2, 7);
        var rows = tensor(new long[] { 3, 60, 17 });
        Kernels.Dropout(ones([3, 4000]), 0.2, 7, rows).Equals(whole.index_select(0, rows)).ShouldBeTrue();
        var stays = whole.gt(0).to(ScalarType.Float64);
        stays.mean().item<double>().ShouldBe(0.8, 0.004);
        whole.max().item<float>().ShouldBe(1.25f, 1e-6);
        // Neighbours, rows and other masks are independent of each other: no correlation beyond 4 deviations.
        var centred = (stays - 0.8) / 0.4;
        foreach (var other in new[] { centred.roll(1, 1), centred.roll(1, 0), (Kernels.Dropout(ones([64, 4000]), 0.2, 8).gt(0).to(ScalarType.Float64) - 0.8) / 0.4 })
            Math.Abs((centred * other).mean().item<double>()).ShouldBeLessThan(4 / Math.Sqrt(64 * 4000));
    }

    [Fact]
    public void The_gradient_of_dropout_is_its_mask()
    {
        if (Best == 0)
            return;
        using var _ = NewDisposeScope();
        var x = randn([5, 7, 3]).requires_grad_();
        var dropped = Kernels.Dropout(x, 0.4, 3);
        dropped.sum().backward();
        (x.grad! * x).allclose(dropped).ShouldBeTrue();
    }

    [Fact]
    public void Two_threads_give_what_one_gives()
    {
        if (Best == 0)
            return;
        using var _ = NewDisposeScope();
        var block = new Block([5, 32, 8, 8, 8, 32, 3], "norm silu shift dropout");
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = block.ByKernel(block.Given);
            set_num_threads(2);
            block.ByKernel(block.Given).Equals(one).ShouldBeTrue();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        if (Best == 0)
            return;
        using var _ = NewDisposeScope();
        var x = randn([2, 8, 4, 4]);
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => Kernels.ConvolutionBlock(x, weight: randn([4, 8, 5, 5]))).Message.ShouldContain("1 or 3");
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => Kernels.ConvolutionBlock(x, groups: 3, factor: ones([8]), offset: ones([8]))).Message.ShouldContain("divide");
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => Kernels.ConvolutionBlock(x.to(ScalarType.Float64))).Message.ShouldContain("float32");
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => Kernels.Width = 12).Message.ShouldContain("8 or 16");
    }

    /// <summary>Width of the vectors, batch, first, second (0 for none), out.</summary>
    public static TheoryData<long, long[], bool> Maps
    {
        get
        {
            var data = new TheoryData<long, long[], bool>();
            foreach (var width in new long[] { 8, 16 }.Where(width => width <= Best))
            {
                data.Add(width, [7, 12, 9, 5], true);
                data.Add(width, [7, 12, 9, 5], false);
                data.Add(width, [64, 32, 48, 96], true);
                data.Add(width, [530, 16, 0, 80], true);
                data.Add(width, [3, 130, 0, 2], true);
                data.Add(width, [1, 2, 0, 33], false);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Maps))]
    public void A_linear_map_and_its_gradients_are_those_of_ATen(long width, long[] sizes, bool silu)
    {
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        manual_seed(4);
        var two = sizes[2] > 0;
        Dictionary<string, Tensor> given = new() { ["first"] = randn(sizes[0], sizes[1]), ["weight"] = randn(sizes[3], sizes[1] + sizes[2]), ["bias"] = randn(sizes[3]) };
        if (two)
            given["second"] = randn(sizes[0], sizes[2]);
        var wide = given.ToDictionary(pair => pair.Key, pair => pair.Value.to(ScalarType.Float64).requires_grad_());
        foreach (var tensor in given.Values)
            tensor.requires_grad_();
        var result = Kernels.LinearBlock(given["first"], given.GetValueOrDefault("second"), given["weight"], given["bias"], silu);
        var bent = silu ? nn.functional.silu(wide["first"]) : wide["first"];
        var expected = nn.functional.linear(two ? cat([bent, wide["second"]], 1) : bent, wide["weight"], wide["bias"]);
        Close(result, expected, "result");
        result.square().sum().backward();
        expected.square().sum().backward();
        foreach (var (name, tensor) in given)
            Close(tensor.grad!, wide[name].grad!, name);

        // Once more, now added to what is there; and asked for alone, added to nothing.
        var again = Kernels.LinearBlock(given["first"], given.GetValueOrDefault("second"), given["weight"], given["bias"], silu).square().sum();
        var alone = autograd.grad([again], [given["weight"]], retain_graph: true)[0];
        Close(alone, wide["weight"].grad!, "weight alone");
        again.backward();
        foreach (var (name, tensor) in given)
            Close(tensor.grad!, 2 * wide[name].grad!, name);
    }

    [Theory, InlineData(8), InlineData(16)]
    public void A_row_that_all_samples_share_counts_as_one(long width)
    {
        if (width > Best)
            return;
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        manual_seed(5);
        var (first, weight, bias) = (randn(9, 20).requires_grad_(), randn(33, 20 + 48).requires_grad_(), randn(33).requires_grad_());
        var numbers = full([1], 0.7f).expand(9);
        var frequencies = randn(24);
        var row = Kernels.Waves(numbers, frequencies);
        Assert.Equal((0, 9), ((int)row.stride(0), (int)row.shape[0]));
        Assert.Equal(0, (row - Kernels.Waves(numbers.contiguous(), frequencies)).abs().max().item<float>());
        var expanded = row[0].unsqueeze(0).detach().requires_grad_();
        Kernels.LinearBlock(first, expanded.expand(9, 48), weight, bias, silu: true).square().sum().backward();
        Tensor[] given = [first, weight, bias, expanded];
        Tensor[] wide = [.. given.Select(tensor => tensor.detach().to(ScalarType.Float64).requires_grad_())];
        nn.functional.linear(cat([nn.functional.silu(wide[0]), wide[3].expand(9, 48)], 1), wide[1], wide[2]).square().sum().backward();
        for (var i = 0; i < given.Length; i++)
            Close(given[i].grad!, wide[i].grad!, $"{i}");
    }

    [Theory, InlineData(8, false), InlineData(16, true)]
    public void Cosines_and_sines_are_those_of_ATen_in_float64(long width, bool sineFirst)
    {
        if (width > Best)
            return;
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        // Levels of a network, steps of a diffusion, and angles far from any use.
        var numbers = cat([linspace(-2, 2, 301), linspace(0, 1000, 300), tensor(new float[] { 0, 1e-30f, 3e5f, -4e6f })]);
        var frequencies = cat([ones(1), randn(36) * 16, full(1, 1e-4)]);
        var angle = (numbers.unsqueeze(1) * frequencies).to(ScalarType.Float64);
        var (cosine, sine) = (angle.cos(), angle.sin());
        var expected = cat(sineFirst ? [sine, cosine] : [cosine, sine], 1);
        var result = Kernels.Waves(numbers, frequencies, sineFirst);
        Assert.Equal(expected.shape, result.shape);
        Assert.InRange((result - expected).abs().max().item<double>(), 0, 1.5e-7);
    }

    /// <summary>Shape, whether the first has numbers, whether there is a second.</summary>
    public static TheoryData<long[], bool, bool> Mixes => new()
    {
        { [256, 2], true, true },
        { [5, 3, 17, 4], true, true },
        { [5, 3, 17, 4], false, true },
        { [7], true, false },
        { [1, 100_000], true, true },
        { [3, 2, 9], true, false },
    };

    [Theory, MemberData(nameof(Mixes))]
    public void A_sum_with_numbers_per_sample_and_its_gradients_are_those_of_ATen(long[] shape, bool scaled, bool two)
    {
        using var _ = NewDisposeScope();
        manual_seed(6);
        var (a, b, x, y) = (randn(shape[0], dtype: ScalarType.Float64), randn(shape[0], dtype: ScalarType.Float64), randn(shape), randn(shape));
        if (shape.Length == 4)
            y = y.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2); // as a network's images lie
        var (wideX, wideY) = (x.to(ScalarType.Float64).requires_grad_(), y.to(ScalarType.Float64).requires_grad_());
        x.requires_grad_();
        y.requires_grad_();
        long[] column = [-1, .. Enumerable.Repeat(1L, shape.Length - 1)];
        var result = Kernels.Mix(scaled ? a : null, x, two ? b : null, two ? y : null);
        var expected = scaled ? a.view(column) * wideX : wideX;
        if (two)
            expected = expected + b.view(column) * wideY;
        Close(result, expected, "result");
        (result.square() + result).sum().backward();
        (expected.square() + expected).sum().backward();
        Close(x.grad!, wideX.grad!, "x");
        if (two)
            Close(y.grad!, wideY.grad!, "y");
    }

    /// <summary>Width of the vectors, batch, channels, heads, height, width.</summary>
    public static TheoryData<long, long[]> Attentions
    {
        get
        {
            var data = new TheoryData<long, long[]>();
            foreach (var width in new long[] { 8, 16 }.Where(width => width <= Best))
            {
                data.Add(width, [2, 32, 1, 8, 8]);
                data.Add(width, [3, 24, 4, 7, 9]);
                data.Add(width, [1, 40, 2, 3, 1]);
                data.Add(width, [2, 5, 1, 1, 1]);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Attentions))]
    public void Attention_and_its_gradient_are_those_of_ATen(long width, long[] sizes)
    {
        using var _ = NewDisposeScope();
        using var chosen = new Chosen(width);
        manual_seed(6);
        var (batch, channels, heads, height, columns) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
        var given = (2 * randn(batch, 3 * channels, height, columns)).detach().requires_grad_();
        var wide = given.to(ScalarType.Float64).detach().requires_grad_();
        var result = Kernels.Attention(given, heads);
        var parts = wide.view(batch * heads, channels / heads, 3, height * columns);
        var weights = parts.select(2, 0).transpose(1, 2).bmm(parts.select(2, 1) / Math.Sqrt(channels / heads)).softmax(2);
        var expected = parts.select(2, 2).bmm(weights.transpose(1, 2)).view(batch, channels, height, columns);
        Close(result, expected, "result");
        using (no_grad())
            Close(Kernels.Attention(given, heads), expected, "without gradients");
        var factors = randn(expected.shape, ScalarType.Float64);
        (result.to(ScalarType.Float64) * factors).sum().backward();
        (expected * factors).sum().backward();
        Close(given.grad!, wide.grad!, "gradient");
    }

    [Fact]
    public void Attention_says_what_it_takes()
    {
        using var _ = NewDisposeScope();
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => Kernels.Attention(ones(1, 8, 2, 2), 1)).Message.ShouldContain("3·1 divides the channels, not 8");
    }

    private static void Close(Tensor given, Tensor expected, string what)
    {
        given.shape.ShouldBe(expected.shape, what);
        var most = Math.Max(1e-3, expected.abs().max().item<double>());
        ((given.to(ScalarType.Float64) - expected).abs().max().item<double>() / most).ShouldBeLessThan(1e-5, what);
    }

    private sealed class Chosen : IDisposable
    {
        public Chosen(long width) => Kernels.Width = width;

        public void Dispose() => Kernels.Width = Best;
    }

    private sealed class Block
    {
        private const ulong Seed = 5;
        private readonly long groups, kernel;
        private readonly bool silu;
        private readonly double dropout, scale;
        private readonly Tensor? rows;

        public Block(long[] sizes, string what)
        {
            var (batch, channels, height, width, outputs) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[5]);
            (groups, kernel) = (sizes[4], sizes[6]);
            silu = what.Contains("silu");
            dropout = what.Contains("dropout") ? 0.3 : 0;
            scale = what.Contains("scale") ? 0.7 : 1;
            rows = what.Contains("rows") ? tensor(Enumerable.Range(0, (int)batch).Select(row => 2L * row + 1).ToArray()) : null;
            Add("x", batch, channels, height, width);
            if (what.Contains("shift"))
                Add("shift", batch, channels);
            foreach (var name in groups > 0 ? new[] { "factor", "offset" } : [])
                Add(name, what.Contains("adaptive") ? [batch, channels] : [channels]);
            if (kernel > 0)
            {
                Add("weight", outputs, channels, kernel, kernel);
                Add("bias", outputs);
            }

            if (what.Contains("residual"))
                Add("residual", batch, outputs, height, width);
        }

        public Dictionary<string, Tensor> Given { get; } = [];

        public Dictionary<string, Tensor> Wide { get; } = [];

        public Tensor ByKernel(Dictionary<string, Tensor> t) => Kernels.ConvolutionBlock(
            t["x"], t.GetValueOrDefault("shift"), groups, t.GetValueOrDefault("factor"), t.GetValueOrDefault("offset"), 1e-5, silu,
            dropout, Seed, rows, t.GetValueOrDefault("weight"), t.GetValueOrDefault("bias"), t.GetValueOrDefault("residual"), scale);

        public Tensor ByATen(Dictionary<string, Tensor> t)
        {
            var value = t["x"];
            if (t.TryGetValue("shift", out var shift))
                value += shift.unsqueeze(2).unsqueeze(3);
            if (groups > 0)
            {
                value = nn.functional.group_norm(value, groups);
                value = value * Column(t["factor"]) + Column(t["offset"]);
            }

            if (silu)
                value = nn.functional.silu(value);
            if (dropout > 0)
                value *= Kernels.ConvolutionBlock(ones(value.shape), dropout: dropout, seed: Seed, rows: rows).to(ScalarType.Float64);
            if (kernel > 0)
                value = nn.functional.conv2d(value, t["weight"], t["bias"], padding: [kernel / 2, kernel / 2]);
            if (t.TryGetValue("residual", out var residual))
                value += residual;
            return value * scale;
        }

        private static Tensor Column(Tensor numbers) => numbers.dim() == 1 ? numbers.view(1, -1, 1, 1) : numbers.unsqueeze(2).unsqueeze(3);

        private void Add(string name, params long[] shape)
        {
            var numbers = randn(shape) * (name == "weight" ? 0.2 : 1) + (name is "factor" ? 1 : name is "x" ? 0.5 : 0);
            Given[name] = numbers.detach().requires_grad_();
            Wide[name] = numbers.to(ScalarType.Float64).detach().requires_grad_();
        }
    }
}

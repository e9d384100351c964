using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

/// <summary>Results that have a closed form, one per wrapped operation where arguments could have been mixed up on their way.</summary>
public class OperationTests
{
    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Tensor V(params float[] numbers) => tensor(numbers);
    private static Tensor M(int columns, params float[] numbers) => tensor(numbers, numbers.Length / columns, columns);

    private static readonly Dictionary<string, (Func<Tensor> Result, double[] Expected)> Cases = new()
    {
        ["add alpha"] = (() => V(1, 2).add(V(10, 20), 0.5), [6, 12]),
        ["add number alpha"] = (() => V(1, 2).add(3, 2), [7, 8]),
        ["5 - x"] = (() => 5 - V(1, 2), [4, 3]),
        ["6 / x"] = (() => 6 / V(1, 2), [6, 3]),
        ["x % 3"] = (() => V(7, -1) % 3, [1, 2]),
        ["div floor"] = (() => V(7, -7).div(2, RoundingMode.floor), [3, -4]),
        ["div trunc tensor"] = (() => V(7, -7).div(V(2, 2), RoundingMode.trunc), [3, -3]),
        ["3 < x"] = (() => 3 < V(2, 3, 4), [0, 0, 1]),
        ["3 >= x"] = (() => 3 >= V(2, 3, 4), [1, 1, 0]),
        ["ne number"] = (() => V(2, 3).ne(3), [1, 0]),
        ["pow"] = (() => V(2, 3).pow(2), [4, 9]),
        ["clamp"] = (() => V(-2, 0.5f, 3).clamp((Scalar)0, (Scalar)1), [0, 0.5, 1]),
        ["clamp below only"] = (() => V(-2, 3).clamp(min: (Scalar)0), [0, 3]),
        ["clamp by tensors"] = (() => V(-2, 3).clamp(max: V(-3, 5)), [-3, 3]),
        ["lerp"] = (() => V(0, 10).lerp(V(10, 20), V(0.1f, 0.5f)), [1, 15]),
        ["addcmul"] = (() => V(1, 1).addcmul(V(2, 3), V(4, 5), 10), [81, 151]),
        ["addcdiv"] = (() => V(1, 1).addcdiv(V(8, 9), V(2, 3), -1), [-3, -2]),
        ["where"] = (() => where(V(1, 0).@bool(), V(1, 2), V(3, 4)), [1, 4]),
        ["x.where"] = (() => V(1, 2).where(V(1, 0).@bool(), V(3, 4)), [1, 4]),
        ["nan_to_num"] = (() => V(float.NaN, float.PositiveInfinity, float.NegativeInfinity).nan_to_num(7, neginf: -8, posinf: 9), [7, 9, -8]),
        ["fmod"] = (() => V(-7).fmod(3), [-1]),
        ["remainder"] = (() => V(-7).remainder(3), [2]),
        ["xlogy"] = (() => V(0, 2).xlogy(V(0, 1)), [0, 0]),
        ["erfinv"] = (() => special.erfinv(V(0.5f)), [0.4769362762]),
        ["ndtri"] = (() => special.ndtri(V(0.975f)), [1.959964]),
        ["round to decimals"] = (() => V(1.255f, -1.5f).round(1), [1.3, -1.5]),
        ["leaky_relu"] = (() => nn.functional.leaky_relu(V(-2, 2), 0.1), [-0.2, 2]),
        ["elu"] = (() => nn.functional.elu(V(-1, 2), 2), [2 * (Math.Exp(-1) - 1), 2]),
        ["gelu"] = (() => nn.functional.gelu(V(1)), [0.8413447]),
        ["gelu tanh"] = (() => nn.functional.gelu(V(1), TorchSharp.Modules.GELU.Approximate.tanh), [0.8411920]),
        ["softplus"] = (() => nn.functional.softplus(V(0, 30), 2, 20), [Math.Log(2) / 2, 30]),
        ["mish"] = (() => nn.functional.mish(V(1)), [0.8650984]),

        ["sum of dims"] = (() => arange(24).reshape(2, 3, 4).sum(0, 2), [60, 92, 124]),
        ["sum type"] = (() => ones(3, dtype: ScalarType.Int32).sum(ScalarType.Float64), [3]),
        ["sum keepdim"] = (() => M(2, 1, 2, 3, 4).sum(1, keepdim: true), [3, 7]),
        ["mean of dims"] = (() => M(2, 1, 2, 3, 4).mean([0]), [2, 3]),
        ["std"] = (() => V(1, 2, 3, 4).std(), [Math.Sqrt(5.0 / 3)]),
        ["std biased"] = (() => V(1, 2, 3, 4).std(unbiased: false), [Math.Sqrt(1.25)]),
        ["var of a dim"] = (() => M(2, 1, 2, 3, 6).var(1, unbiased: false), [0.25, 2.25]),
        ["max values"] = (() => M(2, 1, 2, 4, 3).max(1).values, [2, 4]),
        ["min indices"] = (() => M(2, 1, 2, 4, 3).min(1).indices, [0, 1]),
        ["amax"] = (() => M(2, 1, 2, 4, 3).amax([0]), [4, 3]),
        ["argmax"] = (() => M(2, 1, 2, 4, 3).argmax(1), [1, 0]),
        ["norm p"] = (() => V(3, 4).norm(1f), [7]),
        ["norm dim"] = (() => M(2, 3, 4, 6, 8).norm(1), [5, 10]),
        ["all of a dim"] = (() => M(2, 1, 0, 1, 1).@bool().all(1), [0, 1]),
        ["cumsum"] = (() => V(1, 2, 3).cumsum(0), [1, 3, 6]),
        ["cumprod"] = (() => V(1, 2, 3).cumprod(0), [1, 2, 6]),
        ["prod of a dim"] = (() => M(2, 1, 2, 3, 4).prod(0L), [3, 8]),
        ["logsumexp"] = (() => V(0, 0).logsumexp(0), [Math.Log(2)]),
        ["count_nonzero"] = (() => M(2, 1, 0, 3, 4).count_nonzero([0]), [2, 1]),
        ["median"] = (() => V(5, 1, 3).median(), [3]),
        ["bincount"] = (() => bincount(tensor(new long[] { 0, 2, 2 }), minlength: 4), [1, 0, 2, 0]),

        ["std_mean"] = (() => stack([M(2, 1, 3, 2, 6).std_mean([1], unbiased: false).std, M(2, 1, 3, 2, 6).std_mean(1L).mean]), [1, 2, 2, 4]),
        ["var_mean"] = (() => M(2, 1, 3, 2, 6).var_mean([1], unbiased: false).var, [1, 4]),
        ["kthvalue"] = (() => V(5, 1, 3).kthvalue(2, 0).values, [3]),

        ["permute"] = (() => arange(6).reshape(1, 2, 3).permute(2, 0, 1), [0, 3, 1, 4, 2, 5]),
        ["flatten"] = (() => arange(8).reshape(2, 2, 2).flatten(1).sum(0L), [4, 6, 8, 10]),
        ["unflatten"] = (() => arange(6).unflatten(0, 2, 3).sum(1), [3, 12]),
        ["narrow"] = (() => arange(10).narrow(0, 3, 2), [3, 4]),
        ["slice"] = (() => arange(10).slice(0, 1, 8, 3), [1, 4, 7]),
        ["roll"] = (() => arange(4).roll(1), [3, 0, 1, 2]),
        ["flip"] = (() => arange(3).flip(0), [2, 1, 0]),
        ["repeat_interleave"] = (() => arange(2).repeat_interleave(2), [0, 0, 1, 1]),
        ["repeat"] = (() => arange(2).repeat(2), [0, 1, 0, 1]),
        ["stack"] = (() => stack([V(1, 2), V(3, 4)], 1), [1, 3, 2, 4]),
        ["cat"] = (() => cat([M(1, 1, 2), M(1, 3, 4)], 1), [1, 3, 2, 4]),
        ["split"] = (() => arange(5).split(2)[2], [4]),
        ["split sizes"] = (() => arange(5).split([1, 4])[1], [1, 2, 3, 4]),
        ["chunk"] = (() => arange(6).chunk(3)[1], [2, 3]),
        ["gather"] = (() => M(2, 1, 2, 3, 4).gather(1, tensor(new long[] { 1, 0 }, 2, 1)), [2, 3]),
        ["scatter_"] = (() => zeros(3).scatter_(0, tensor(new long[] { 2, 0 }), V(5, 6)), [6, 0, 5]),
        ["index_add_"] = (() => zeros(3).index_add_(0, tensor(new long[] { 1, 1 }), V(5, 6), 2), [0, 22, 0]),
        ["index_copy_"] = (() => zeros(3).index_copy_(0, tensor(new long[] { 1, 2 }), V(5, 6)), [0, 5, 6]),
        ["masked_fill"] = (() => V(1, 2).masked_fill(V(0, 1).@bool(), 9), [1, 9]),
        ["masked_select"] = (() => V(1, 2).masked_select(V(0, 1).@bool()), [2]),
        ["sort descending"] = (() => V(1, 3, 2).sort(descending: true).Values, [3, 2, 1]),
        ["argsort"] = (() => V(1, 3, 2).argsort(), [0, 2, 1]),
        ["topk smallest"] = (() => V(1, 3, 2).topk(2, largest: false).values, [1, 2]),
        ["unique"] = (() => V(3, 1, 3).unique().output, [1, 3]),
        ["unique inverse"] = (() => V(3, 1, 3).unique(return_inverse: true).inverse_indices!, [1, 0, 1]),
        ["unique rows counted"] = (() => M(2, 1, 2, 1, 2).unique(return_counts: true, dim: 0).counts!, [2]),
        ["tril"] = (() => ones(2, 2).tril(-1), [0, 0, 1, 0]),
        ["one_hot"] = (() => nn.functional.one_hot(tensor(new long[] { 1 }), 3), [0, 1, 0]),
        ["searchsorted right"] = (() => searchsorted(V(1, 2, 3), V(2), right: true), [2]),
        ["bucketize"] = (() => bucketize(V(2), V(1, 2, 3)), [1]),
        ["as_strided"] = (() => arange(6).as_strided([2, 2], [3, 1], 1), [1, 2, 4, 5]),
        ["linspace"] = (() => linspace(0, 1, 3), [0, 0.5, 1]),
        ["arange step"] = (() => arange(1, 7, 2), [1, 3, 5]),
        ["eye"] = (() => eye(2), [1, 0, 0, 1]),
        ["full_like"] = (() => full_like(ones(2), 3), [3, 3]),
        ["diag"] = (() => diag(V(1, 2)), [1, 0, 0, 2]),
        ["to and back"] = (() => V(1.7f, -1.7f).to(ScalarType.Int64).to(ScalarType.Float64), [1, -1]),

        ["addmm"] = (() => ones(1, 1).addmm(M(2, 1, 2), M(1, 3, 4), 10, 2), [32]),
        ["baddbmm"] = (() => zeros(1, 1, 1).baddbmm(ones(1, 1, 2), ones(1, 2, 1), 1, 3), [6]),
        ["outer"] = (() => outer(V(1, 2), V(3, 4)), [3, 4, 6, 8]),
        ["cdist"] = (() => cdist(M(2, 0, 0), M(2, 3, 4)), [5]),
        ["einsum"] = (() => einsum("ij,j->i", M(2, 1, 2, 3, 4), V(10, 1)), [12, 34]),
        ["solve"] = (() => linalg.solve(M(2, 2, 0, 0, 4), V(2, 4)), [1, 1]),
        ["solve from the right"] = (() => linalg.solve(M(2, 1, 1, 0, 1), M(2, 1, 3), left: false), [1, 2]),
        ["solve_triangular"] = (() => linalg.solve_triangular(M(2, 2, 0, 1, 1), M(1, 2, 3), upper: false), [1, 2]),
        ["eigvalsh"] = (() => linalg.eigvalsh(M(2, 2, 1, 1, 2)), [1, 3]),
        ["svdvals"] = (() => linalg.svdvals(M(2, 0, 3, 4, 0)), [4, 3]),
        ["slogdet"] = (() => linalg.slogdet(M(2, 0, 1, 1, 0)).sign, [-1]),
        ["inv"] = (() => linalg.inv(M(2, 2, 0, 0, 4)), [0.5, 0, 0, 0.25]),
        ["vector_norm"] = (() => linalg.vector_norm(M(2, 3, 4, 6, 8), 2, [1]), [5, 10]),
        ["linalg norm"] = (() => linalg.norm(M(2, 3, 0, 0, 4)), [5]),

        ["conv2d stride and padding"] = (() => nn.functional.conv2d(ones(1, 1, 3, 3), ones(1, 1, 3, 3), V(1), [2], [1]), [5, 5, 5, 5]),
        ["conv2d same"] = (() => nn.functional.conv2d_padding(ones(1, 1, 2, 2), ones(1, 1, 3, 3), padding: Padding.Same), [4, 4, 4, 4]),
        ["conv_transpose2d"] = (() => nn.functional.conv_transpose2d(ones(1, 1, 1, 2), ones(1, 1, 1, 2), strides: [2]), [1, 1, 1, 1]),
        ["group_norm"] = (() => nn.functional.group_norm(V(1, 3).reshape(1, 2, 1), 1, V(2, 2), V(1, 1), 0), [-1, 3]),
        ["layer_norm"] = (() => nn.functional.layer_norm(V(1, 3), [2], eps: 0), [-1, 1]),
        ["avg_pool2d"] = (() => nn.functional.avg_pool2d(arange(16, dtype: ScalarType.Float32).reshape(1, 1, 4, 4), 2), [2.5, 4.5, 10.5, 12.5]),
        ["max_pool2d"] = (() => nn.functional.max_pool2d(arange(16, dtype: ScalarType.Float32).reshape(1, 1, 4, 4), 2), [5, 7, 13, 15]),
        ["adaptive_avg_pool2d"] = (() => nn.functional.adaptive_avg_pool2d(arange(4, dtype: ScalarType.Float32).reshape(1, 1, 2, 2), 1), [1.5]),
        ["interpolate nearest"] = (() => nn.functional.interpolate(M(2, 1, 2).reshape(1, 1, 1, 2), scale_factor: [2, 2]), [1, 1, 2, 2, 1, 1, 2, 2]),
        ["interpolate bilinear"] = (() => nn.functional.interpolate(V(0, 4).reshape(1, 1, 1, 2), [1, 4], mode: InterpolationMode.Bilinear), [0, 1, 3, 4]),
        ["interpolate area"] = (() => nn.functional.interpolate(arange(4, dtype: ScalarType.Float32).reshape(1, 1, 2, 2), [1, 1], mode: InterpolationMode.Area), [1.5]),
        ["interpolate bicubic aligned"] = (() => nn.functional.interpolate(V(0, 4).reshape(1, 1, 1, 2), [1, 3], mode: InterpolationMode.Bicubic, align_corners: true), [0, 2, 4]),
        ["pad"] = (() => nn.functional.pad(V(1, 2).reshape(1, 1, 2), (1, 0), value: 9), [9, 1, 2]),
        ["pad reflect"] = (() => nn.functional.pad(V(1, 2, 3).reshape(1, 1, 3), (1, 1), PaddingModes.Reflect), [2, 1, 2, 3, 2]),
        ["pixel_shuffle"] = (() => nn.functional.pixel_shuffle(arange(4).reshape(1, 4, 1, 1), 2), [0, 1, 2, 3]),
        ["normalize"] = (() => nn.functional.normalize(M(2, 3, 4)), [0.6, 0.8]),
        ["mse sum"] = (() => nn.functional.mse_loss(V(1, 2), V(3, 5), nn.Reduction.Sum), [13]),
        ["huber"] = (() => nn.functional.huber_loss(V(0), V(3), 1), [2.5]),
        ["cross_entropy"] = (() => nn.functional.cross_entropy(M(2, 0, 0), tensor(new long[] { 1 })), [Math.Log(2)]),
        ["nll_loss"] = (() => nn.functional.nll_loss(M(2, -1, -2), tensor(new long[] { 1 })), [2]),
        ["unfold"] = (() => nn.functional.unfold(arange(4, dtype: ScalarType.Float32).reshape(1, 1, 2, 2), 2), [0, 1, 2, 3]),
        ["fold"] = (() => nn.functional.fold(ones(1, 4, 1), 2, 2), [1, 1, 1, 1]),
        ["attention"] = (() => nn.functional.scaled_dot_product_attention(zeros(1, 2, 1), zeros(1, 2, 1), V(1, 3).reshape(1, 2, 1)), [2, 2]),
        ["attention causal"] = (() => nn.functional.scaled_dot_product_attention(zeros(1, 2, 1), zeros(1, 2, 1), V(1, 3).reshape(1, 2, 1), is_casual: true), [1, 2]),
        ["attention masked"] = (() => nn.functional.scaled_dot_product_attention(zeros(1, 1, 1), zeros(1, 2, 1), V(1, 3).reshape(1, 2, 1), tensor(new[] { false, true }, 1, 2)), [3]),
    };

    [Theory, MemberData(nameof(Names))]
    public void The_result_is_the_closed_form(string name)
    {
        using var scope = NewDisposeScope();
        var (result, expected) = Cases[name];
        var numbers = result().to(ScalarType.Float64).contiguous().data<double>().ToArray();
        numbers.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
            numbers[i].ShouldBe(expected[i], 2e-6 * Math.Max(1, Math.Abs(expected[i])), $"element {i} of [{string.Join(", ", numbers)}]");
    }

    [Fact]
    public void In_place_operations_change_and_return_the_tensor_itself()
    {
        using var scope = NewDisposeScope();
        var x = V(1, 4);
        var view = x[..1];
        x.sqrt_().mul_(3).add_(V(1, 1), 2).ShouldBeSameAs(x);
        x.data<float>().ToArray().ShouldBe([5, 8]);
        view.item<float>().ShouldBe(5);
        x.fill_(2).zero_().data<float>().ToArray().ShouldBe([0, 0]);
        x.copy_(V(7, 8)).ShouldBeSameAs(x);
        x.clamp_(max: (Scalar)7.5).data<float>().ToArray().ShouldBe([7, 7.5f]);
    }

    [Fact]
    public void Views_share_memory_and_clones_do_not()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 2);
        var (view, clone) = (x.view(4), x.clone());
        x.fill_(1);
        view.sum().item<float>().ShouldBe(4);
        clone.sum().item<float>().ShouldBe(0);
        x.to(ScalarType.Float32).add_(1);
        x.sum().item<float>().ShouldBe(8); // nothing to convert: the same tensor
        x.to(ScalarType.Float32, copy: true).add_(1);
        x.sum().item<float>().ShouldBe(8);
    }

    [Fact]
    public void A_converted_tensor_can_be_disposed_on_the_way()
    {
        var x = ones(2);
        using var y = x.to(ScalarType.Float64, disposeAfter: true);
        x.IsInvalid.ShouldBeTrue();
        y.sum().item<double>().ShouldBe(2);
    }

    [Fact]
    public void The_factors_of_a_decomposition_rebuild_the_matrix()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var x = randn(4, 3, dtype: ScalarType.Float64);
        var (u, s, vh) = linalg.svd(x, fullMatrices: false);
        matmul(u * s, vh).allclose(x).ShouldBeTrue();
        var (q, r) = linalg.qr(x);
        matmul(q, r).allclose(x).ShouldBeTrue();
        var symmetric = matmul(x.t(), x);
        var (values, vectors) = linalg.eigh(symmetric);
        matmul(vectors * values, vectors.t()).allclose(symmetric).ShouldBeTrue();
        var lower = linalg.cholesky(symmetric);
        matmul(lower, lower.t()).allclose(symmetric).ShouldBeTrue();
    }
}

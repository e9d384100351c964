using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class AutogradTests
{
    /// <summary>Functions of one tensor [2, 3] (float64) to a scalar.</summary>
    public static TheoryData<string> Functions => [.. Cases.Keys];

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Cases = new()
    {
        ["exp"] = x => x.exp().sum(),
        ["tanh"] = x => x.tanh().sum(),
        ["sigmoid·x"] = x => (x.sigmoid() * x).sum(),
        ["silu"] = x => x.silu().sum(),
        ["erf"] = x => x.erf().sum(),
        ["log1p of a square"] = x => x.square().log1p().sum(),
        ["rsqrt"] = x => (x * x + 1).rsqrt().sum(),
        ["division by a tensor"] = x => (1 / (x.square() + 0.5)).sum(),
        ["number minus tensor"] = x => (2.5 - x).pow(3).sum(),
        ["where"] = x => where(x > 0.1, x * 2, x.square()).sum(),
        ["softmax"] = x => (x.softmax(1) * tensor(new double[] { 1, 2, 3 })).sum(),
        ["logsumexp"] = x => x.logsumexp(1).sum(),
        ["std"] = x => x.std(1).sum(),
        ["norm"] = x => linalg.vector_norm(x),
        ["matmul"] = x => matmul(x, x.t()).square().sum(),
        ["cat and slices"] = x => cat([x[.., ..2], x[.., 1..] * 3], 1).square().sum(),
        ["index_select"] = x => (x.index_select(1, tensor(new long[] { 2, 0, 2 })) * x).sum(),
        ["group_norm"] = x => nn.functional.group_norm(x.reshape(1, 6, 1, 1), 2).pow(3).sum(),
        ["layer_norm"] = x => nn.functional.layer_norm(x, [3]).pow(3).sum(),
        ["attention"] = x => nn.functional.scaled_dot_product_attention(x, x, x).square().sum(),
        ["interpolate"] = x => nn.functional.interpolate(x.reshape(1, 1, 2, 3), size: [4, 5], mode: InterpolationMode.Bilinear).square().sum(),
        ["einsum"] = x => einsum("ij,kj->ik", x, x).square().sum(),
        ["cumsum"] = x => x.cumsum(1).square().sum(),
        ["lerp"] = x => x.lerp(x.square(), tensor(0.3)).sum(),
    };

    [Theory, MemberData(nameof(Functions))]
    public void The_gradient_is_the_central_difference(string function)
    {
        using var scope = NewDisposeScope();
        var f = Cases[function];
        double[] at = [0.3, -0.7, 1.1, 0.9, -0.2, 0.6];
        var x = tensor(at, 2, 3).requires_grad_();
        f(x).backward();
        var gradient = x.grad!.data<double>().ToArray();
        const double h = 1e-6;
        for (var i = 0; i < at.Length; i++)
        {
            double Moved(double by)
            {
                var moved = (double[])at.Clone();
                moved[i] += by;
                return f(tensor(moved, 2, 3)).item<double>();
            }
            gradient[i].ShouldBe((Moved(h) - Moved(-h)) / (2 * h), 1e-6, $"element {i}");
        }
    }

    [Fact]
    public void Parameters_that_are_views_of_one_tensor_accumulate_into_one_gradient()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new float[] { 1, 2, 3, 4, 5, 6, 0, 0 });
        var gradients = zeros(8);
        var weight = View(values, gradients, 0, 2, 3);
        var bias = View(values, gradients, 6, 2);
        weight.is_leaf.ShouldBeTrue();

        var x = tensor(new float[] { 1, 10, 100 }, 1, 3);
        for (var pass = 1; pass <= 2; pass++)
        {
            (nn.functional.linear(x, weight, bias) * tensor(new float[] { 1, 2 })).sum().backward();
            gradients.data<float>().ToArray().ShouldBe(new float[] { 1, 10, 100, 2, 20, 200, 1, 2 }.Select(g => g * pass));
        }
        using (no_grad())
            values.sub_(gradients);
        weight.data<float>().ToArray().ShouldBe([1 - 2, 2 - 20, 3 - 200, 4 - 4, 5 - 40, 6 - 400]);

        gradients.zero_();
        using var grad = weight.grad;
        grad!.sum().item<float>().ShouldBe(0);

        static Parameter View(Tensor values, Tensor gradients, long start, params long[] shape)
        {
            var parameter = new Parameter(values.narrow(0, start, shape.TotalSize()).view(shape));
            parameter.grad = gradients.narrow(0, start, shape.TotalSize()).view(shape);
            return parameter;
        }
    }

    [Fact]
    public void A_gradient_of_another_shape_or_type_is_refused()
    {
        using var x = zeros(2, 3).requires_grad_();
        using var shape = zeros(3, 2);
        using var type = zeros(2, 3, dtype: ScalarType.Float64);
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => x.grad = shape).Message.ShouldBe("grad of shape [3, 2] assigned to a tensor of shape [2, 3]");
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => x.grad = type).Message.ShouldContain("type");
    }

    [Fact]
    public void Second_derivatives_come_from_a_graph_of_the_first()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 0.5, 2 }).requires_grad_();
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        var second = autograd.grad([first.sum()], [x])[0];
        first.data<double>().ToArray().ShouldBe([3 * 0.25, 3 * 4]);
        second.data<double>().ToArray().ShouldBe([3, 12]);
    }

    [Fact]
    public void An_unused_input_has_no_gradient_or_is_an_error()
    {
        using var scope = NewDisposeScope();
        var (x, unused) = (ones(2).requires_grad_(), ones(2).requires_grad_());
        Should.Throw<System.Runtime.InteropServices.ExternalException>(() => autograd.grad([x.sum()], [x, unused], retain_graph: true));
        autograd.grad([x.sum()], [x, unused], allow_unused: true)[1].ShouldBeNull();
    }

    [Fact]
    public void Gradient_modes_nest_and_come_back()
    {
        using var x = ones(2).requires_grad_();
        is_grad_enabled().ShouldBeTrue();
        using (no_grad())
        {
            using var off = x * 2;
            off.requires_grad.ShouldBeFalse();
            using (enable_grad())
            {
                using var on = x * 2;
                on.requires_grad.ShouldBeTrue();
            }
            is_grad_enabled().ShouldBeFalse();
        }
        is_grad_enabled().ShouldBeTrue();
        using (inference_mode())
            is_inference_mode_enabled().ShouldBeTrue();
        is_inference_mode_enabled().ShouldBeFalse();
    }

    [Fact]
    public void Changing_what_backward_needs_is_an_error()
    {
        using var scope = NewDisposeScope();
        var x = ones(3).requires_grad_();
        var y = x.exp();
        var z = y.sum();
        y.add_(1);
        Should.Throw<System.Runtime.InteropServices.ExternalException>(z.backward).Message.ShouldContain("modified by an inplace operation");
    }
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CM.Torch.Tests;

public class ErrorTests
{
    [Fact]
    public void A_shape_mismatch_throws_the_first_line_of_libtorchs_message_and_the_process_lives_on()
    {
        using var a = ones(2, 3);
        using var b = ones(4, 5);
        var error = Should.Throw<ExternalException>(() => matmul(a, b));
        error.Message.ShouldBe("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)");
        using var sum = a.sum();
        sum.item<float>().ShouldBe(6);
    }

    public static TheoryData<string> Mistakes => [.. Cases.Keys];

    private static readonly Dictionary<string, Action<Tensor>> Cases = new()
    {
        ["view"] = x => x.view(5),
        ["reshape"] = x => x.reshape(7, -1),
        ["add"] = x => x.add(ones(5)),
        ["add in place"] = x => x.add_(ones(5)),
        ["cat"] = x => cat([x, ones(1, 1)]),
        ["cat of nothing"] = x => cat(Array.Empty<Tensor>()),
        ["select"] = x => x.select(0, 9),
        ["dimension"] = x => x.size(7),
        ["linear"] = x => nn.functional.linear(x, ones(4, 4)),
        ["conv2d"] = x => nn.functional.conv2d(x, ones(1, 1, 3, 3)),
        ["group_norm"] = x => nn.functional.group_norm(x, 5),
        ["cholesky of no square"] = x => linalg.cholesky(x),
        ["backward of a matrix"] = x => x.requires_grad_().exp().backward(),
        ["backward without a graph"] = x => x.sum().backward(),
        ["einsum"] = x => einsum("ij,jk->", x, x),
        ["index out of range"] = x => x.index_select(0, tensor(new long[] { 5 })),
        ["item of many"] = x => x.item<float>(),
        ["split"] = x => x.split([1, 5], 0),
        ["topk"] = x => x.topk(50),
        ["gradient of integers"] = _ => zeros(2, dtype: ScalarType.Int64).requires_grad_(),
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_an_exception_of_one_line(string mistake)
    {
        using var scope = NewDisposeScope();
        var error = Should.Throw<ExternalException>(() => Cases[mistake](ones(2, 3)));
        error.Message.ShouldNotBeNullOrWhiteSpace();
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public void Errors_of_two_threads_do_not_mix()
    {
        Parallel.For(0, 200, i =>
        {
            using var a = ones(2, i + 2);
            using var b = ones(1000, 1);
            Should.Throw<ExternalException>(() => mm(a, b)).Message.ShouldContain($"2x{i + 2} and 1000x1");
        });
    }

    [Fact]
    public void A_device_that_is_none_is_refused_by_name()
    {
        Should.Throw<ArgumentException>(() => new Device("gpu")).Message.ShouldContain("'gpu' is no device");
        Should.Throw<ArgumentException>(() => new Device("cuda:x")).Message.ShouldContain("'cuda:x'");
    }
}

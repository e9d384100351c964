namespace CM.Torch.Tests.Surface;

public class TorchSharpStubTests
{
    private const string Snippet = """
        using TorchSharp;
        using TorchSharp.Modules;
        using static TorchSharp.torch;

        public sealed class Dense : nn.Module<Tensor, Tensor>
        {
            private static readonly Scalar Half = 0.5;
            private readonly Parameter weight = new(zeros(3, 2)), bias = new(zeros([3], dtype: ScalarType.Float32));

            public Dense() : base(nameof(Dense))
            {
                register_parameter("weight", weight);
                register_parameter("bias", bias);
            }

            public override Tensor forward(Tensor x)
            {
                using var scope = NewDisposeScope();
                var y = nn.functional.silu(nn.functional.linear(x, weight, bias)) * 2 + 0.5;
                y = y.add_(y.mean([1], keepdim: true), Half).clamp_min(Half);
                var (values, indices) = y.topk(1);
                return (y - values)[.., ..2].MoveToOuterDisposeScope();
            }

            protected override void RegisterComponents() { }
        }
        """;

    [Fact]
    public void What_compiles_here_compiles_against_TorchSharp() => TorchSharpStub.CompileText(Snippet).ShouldBeEmpty();

    [Fact]
    public void The_stub_has_more_than_CM_Torch() =>
        TorchSharpStub.CompileText("using static TorchSharp.torch; class C { Tensor F(Tensor x) => kaiser_window(8) + x.std_mean((0, 1)).std; }").ShouldHaveSingleItem()
            .ShouldContain("CS1061"); // the window is known, and the list tells no names of tuples' elements

    [Fact]
    public void A_call_that_TorchSharp_lacks_is_found() =>
        TorchSharpStub.CompileText("using static TorchSharp.torch; class C { Tensor F(Tensor x) => x.clamp_least(0); }").ShouldHaveSingleItem().ShouldContain("clamp_least");
}

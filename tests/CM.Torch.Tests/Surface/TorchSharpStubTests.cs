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
    public void A_call_that_only_the_larger_surface_makes_ambiguous_is_found()
    {
        var errors = TorchSharpStub.CompileText("using static TorchSharp.torch; class C { Tensor F(Tensor x) => clamp(x, 0, 1); }");
        errors.ShouldHaveSingleItem().ShouldContain("CS0121");
    }
}

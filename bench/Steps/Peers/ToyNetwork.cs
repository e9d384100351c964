using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Bench.Peers;

/// <summary>W1: the toy network of VCT's notebook with SiLU.</summary>
internal sealed class ToyNetwork : Conditioned
{
    private readonly Linear @in = Linear(2, 256), first = Linear(512, 256), second = Linear(256, 256), @out;

    /// <param name="features">Features of the result.</param>
    public ToyNetwork(long features = 2)
    {
        @out = Linear(256, features);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor level) =>
        @out.call(silu(second.call(silu(first.call(cat([silu(@in.call(x)), Embedding(level, 128)], 1))))));
}

using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Bench.Peers;

/// <summary>A module of a tensor and the noise level that it is conditioned on, or what an embedding made of the level.</summary>
internal abstract class Conditioned() : Module<Tensor, Tensor, Tensor>(nameof(Conditioned))
{
    /// <summary>Group normalisation with weight 1 and bias 0: TorchSharp 0.107 leaves both uninitialised.</summary>
    protected static GroupNorm Normalization(long groups, long channels, double eps = 1e-5)
    {
        var norm = GroupNorm(groups, channels, eps);
        init.ones_(norm.weight);
        init.zeros_(norm.bias);
        return norm;
    }

    /// <summary>The sinusoidal embedding of DDPM, cosines first.</summary>
    protected static Tensor Embedding(Tensor level, int half)
    {
        var frequencies = exp(-Math.Log(10_000) / half * arange(half, dtype: float32));
        var angle = level.unsqueeze(1) * frequencies;
        return cat([angle.cos(), angle.sin()], 1);
    }
}

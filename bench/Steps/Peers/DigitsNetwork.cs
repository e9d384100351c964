using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Bench.Peers;

/// <summary>The network of samples/Digits.</summary>
internal sealed class DigitsNetwork : Conditioned
{
    private const int C = 16, T = 64;

    private readonly Linear level = Linear(64, T);
    private readonly Conv2d stem = Conv2d(1, C, 3, padding: 1);
    private readonly Residual fine = new(C, C);
    private readonly Conv2d down1 = Conv2d(C, 2 * C, 3, stride: 2, padding: 1);
    private readonly Residual middle = new(2 * C, 2 * C);
    private readonly Conv2d down2 = Conv2d(2 * C, 4 * C, 3, stride: 2, padding: 1);
    private readonly ModuleList<Residual> coarse = ModuleList(new Residual(4 * C, 4 * C), new Residual(4 * C, 4 * C));
    private readonly Residual middleUp = new(6 * C, 2 * C);
    private readonly Residual fineUp = new(3 * C, C);
    private readonly GroupNorm norm1 = Normalization(8, C);
    private readonly Conv2d head = Conv2d(C, 1, 3, padding: 1);

    public DigitsNetwork() => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor noise)
    {
        var time = silu(level.call(Embedding(noise, 32)));
        var high = fine.call(stem.call(x), time);
        var half = middle.call(down1.call(high), time);
        var low = down2.call(half);
        foreach (var block in coarse)
            low = block.call(low, time);
        var up = middleUp.call(cat([interpolate(low, scale_factor: [2, 2]), half], 1), time);
        up = fineUp.call(cat([interpolate(up, scale_factor: [2, 2]), high], 1), time);
        return head.call(silu(norm1.call(up)));
    }

    private sealed class Residual : Conditioned
    {
        private readonly GroupNorm norm1, norm2;
        private readonly Conv2d conv1, conv2, @short;
        private readonly Linear level;

        public Residual(long into, long outOf)
        {
            norm1 = Normalization(8, into);
            conv1 = Conv2d(into, outOf, 3, padding: 1);
            level = Linear(T, outOf);
            norm2 = Normalization(8, outOf);
            conv2 = Conv2d(outOf, outOf, 3, padding: 1);
            @short = Conv2d(into, outOf, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor time)
        {
            var turned = conv1.call(silu(norm1.call(x))) + level.call(time).unsqueeze(-1).unsqueeze(-1);
            return conv2.call(silu(norm2.call(turned))) + @short.call(x);
        }
    }
}

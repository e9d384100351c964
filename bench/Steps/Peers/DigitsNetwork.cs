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
    private readonly Conv2d shrink = Conv2d(C, 2 * C, 3, stride: 2, padding: 1);
    private readonly Residual middle = new(2 * C, 2 * C);
    private readonly Conv2d shrinkAgain = Conv2d(2 * C, 4 * C, 3, stride: 2, padding: 1);
    private readonly ModuleList<Residual> coarse = ModuleList(new Residual(4 * C, 4 * C), new Residual(4 * C, 4 * C));
    private readonly Residual middleUp = new(6 * C, 2 * C);
    private readonly Residual fineUp = new(3 * C, C);
    private readonly GroupNorm calm = Normalization(8, C);
    private readonly Conv2d head = Conv2d(C, 1, 3, padding: 1);

    public DigitsNetwork() => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor noise)
    {
        var time = silu(level.call(Embedding(noise, 32)));
        var high = fine.call(stem.call(x), time);
        var half = middle.call(shrink.call(high), time);
        var low = shrinkAgain.call(half);
        foreach (var block in coarse)
            low = block.call(low, time);
        var up = middleUp.call(cat([interpolate(low, scale_factor: [2, 2]), half], 1), time);
        up = fineUp.call(cat([interpolate(up, scale_factor: [2, 2]), high], 1), time);
        return head.call(silu(calm.call(up)));
    }

    private sealed class Residual : Conditioned
    {
        private readonly GroupNorm calmIn, calmOut;
        private readonly Conv2d turn, turnAgain, @short;
        private readonly Linear level;

        public Residual(long into, long outOf)
        {
            calmIn = Normalization(8, into);
            turn = Conv2d(into, outOf, 3, padding: 1);
            level = Linear(T, outOf);
            calmOut = Normalization(8, outOf);
            turnAgain = Conv2d(outOf, outOf, 3, padding: 1);
            @short = Conv2d(into, outOf, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor time)
        {
            var turned = turn.call(silu(calmIn.call(x))) + level.call(time).unsqueeze(-1).unsqueeze(-1);
            return turnAgain.call(silu(calmOut.call(turned))) + @short.call(x);
        }
    }
}

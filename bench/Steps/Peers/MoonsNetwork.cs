using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Bench.Peers;

/// <summary>The network of samples/Moons.</summary>
internal sealed class MoonsNetwork : Conditioned
{
    private readonly Frequencies timeEmbedding = new();
    private readonly Linear level = Linear(64, 128);
    private readonly Linear @in = Linear(2, 128);
    private readonly Sequential body = Sequential(new Residual(128), new Residual(128), new Residual(128));
    private readonly Linear @out = Linear(128, 2);

    public MoonsNetwork() => RegisterComponents();

    public override Tensor forward(Tensor x, Tensor noise) => @out.call(body.call(@in.call(x) + level.call(timeEmbedding.call(noise))));

    private sealed class Frequencies : Module<Tensor, Tensor>
    {
        private readonly Tensor freqs = randn(32);

        public Frequencies()
            : base(nameof(Frequencies)) => RegisterComponents();

        public override Tensor forward(Tensor level)
        {
            var angle = level.unsqueeze(1) * (2 * Math.PI * freqs);
            return cat([angle.cos(), angle.sin()], 1);
        }
    }

    private sealed class Residual : Module<Tensor, Tensor>
    {
        private readonly Linear linear1;

        public Residual(long width)
            : base(nameof(Residual))
        {
            linear1 = Linear(width, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => x + linear1.call(functional.silu(x));
    }
}

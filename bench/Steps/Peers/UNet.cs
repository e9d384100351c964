using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Bench.Peers;

/// <summary>W2 and W6: a small DDPM++ (Song et al. 2021, Karras et al. 2022), wired as its reference wires it.</summary>
internal sealed class UNet : Conditioned
{
    private const int Resolution = 32, Width = 32, Channels = 3;
    private const double Dropout = 0.2;

    private readonly Linear map_layer0 = Linear(Width, 4 * Width), map_layer1 = Linear(4 * Width, 4 * Width);
    private readonly ModuleDict<Module> enc = new(), dec = new();

    /// <param name="blocks">Blocks of a resolution.</param>
    /// <param name="channelsOut">Channels of the result.</param>
    public UNet(int blocks = 2, int channelsOut = Channels)
    {
        int[] multipliers = [1, 2, 2];
        var (skips, current) = (new Stack<int>(), Width);
        for (var level = 0; level < multipliers.Length; level++)
        {
            var (side, width) = (Resolution >> level, Width * multipliers[level]);
            if (level == 0)
                enc.Add($"{side}x{side}_conv", new Resample(Channels, Width, 3));
            else
                enc.Add($"{side}x{side}_down", new Block(current, current, down: true));
            skips.Push(current);
            for (var block = 0; block < blocks; block++, current = width)
            {
                enc.Add($"{side}x{side}_block{block}", new Block(current, width, attends: side == 16));
                skips.Push(width);
            }
        }

        for (var level = multipliers.Length - 1; level >= 0; level--)
        {
            var (side, width) = (Resolution >> level, Width * multipliers[level]);
            if (level == multipliers.Length - 1)
            {
                dec.Add($"{side}x{side}_in0", new Block(current, current, attends: true));
                dec.Add($"{side}x{side}_in1", new Block(current, current));
            }
            else
            {
                dec.Add($"{side}x{side}_up", new Block(current, current, up: true));
            }

            for (var block = 0; block <= blocks; block++, current = width)
                dec.Add($"{side}x{side}_block{block}", new Block(current + skips.Pop(), width, attends: block == blocks && side == 16));
        }

        dec.Add($"{Resolution}x{Resolution}_aux_norm", Norm(current));
        dec.Add($"{Resolution}x{Resolution}_aux_conv", new Resample(current, channelsOut, 3));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor level)
    {
        var frequencies = exp(-Math.Log(10_000) / (Width / 2 - 1) * arange(Width / 2, dtype: float32));
        var angle = level.unsqueeze(1) * frequencies;
        var embedding = silu(map_layer1.call(silu(map_layer0.call(cat([angle.sin(), angle.cos()], 1)))));
        var skips = new Stack<Tensor>();
        foreach (var (_, block) in enc)
        {
            x = block is Block conditioned ? conditioned.call(x, embedding) : ((Resample)block).call(x);
            skips.Push(x);
        }

        foreach (var (name, block) in dec)
            x = block switch
            {
                Block conditioned => conditioned.call(name.Contains("_block") ? cat([x, skips.Pop()], 1) : x, embedding),
                GroupNorm norm => silu(norm.call(x)),
                _ => ((Resample)block).call(x),
            };
        return x;
    }

    private static GroupNorm Norm(int channels) => Normalization(Math.Min(32, channels / 4), channels, eps: 1e-6);

    /// <summary>A convolution after the image has been doubled or halved by grouped convolutions with the filter 1, 1.</summary>
    private sealed class Resample : Module<Tensor, Tensor>
    {
        private static readonly Tensor Filter = full(1, 1, 2, 2, 0.25).DetachFromDisposeScope();

        private readonly Parameter weight, bias;
        private readonly bool up, down;

        public Resample(int into, int outOf, int kernel, bool up = false, bool down = false)
            : base(nameof(Resample))
        {
            var bound = Math.Sqrt(6.0 / ((into + outOf) * kernel * kernel));
            weight = Parameter(empty(outOf, into, kernel, kernel).uniform_(-bound, bound));
            bias = Parameter(zeros(outOf));
            (this.up, this.down) = (up, down);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            var channels = x.shape[1];
            if (up)
                x = conv_transpose2d(x, (4 * Filter).tile([channels, 1, 1, 1]), strides: [2, 2], groups: channels);
            if (down)
                x = conv2d(x, Filter.tile([channels, 1, 1, 1]), strides: [2, 2], groups: channels);
            var padding = weight.shape[3] / 2;
            return conv2d(x, weight, padding: [padding, padding]).add_(bias.reshape(1, -1, 1, 1));
        }
    }

    private sealed class Block : Conditioned
    {
        private readonly GroupNorm norm0, norm1;
        private readonly GroupNorm? norm2;
        private readonly Resample conv0, conv1;
        private readonly Resample? skip, qkv, proj;
        private readonly Linear affine;

        public Block(int into, int outOf, bool up = false, bool down = false, bool attends = false)
        {
            norm0 = Norm(into);
            conv0 = new(into, outOf, 3, up, down);
            affine = Linear(4 * Width, outOf);
            norm1 = Norm(outOf);
            conv1 = new(outOf, outOf, 3);
            if (into != outOf || up || down)
                skip = new(into, outOf, 1, up, down);
            if (attends)
                (norm2, qkv, proj) = (Norm(outOf), new(outOf, 3 * outOf, 1), new(outOf, outOf, 1));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor embedding)
        {
            var turned = conv0.call(silu(norm0.call(x)));
            turned = silu(norm1.call(turned.add_(affine.call(embedding).unsqueeze(-1).unsqueeze(-1))));
            turned = conv1.call(dropout(turned, Dropout, training));
            x = turned.add_(skip?.call(x) ?? x) * Math.Sqrt(0.5);
            if (norm2 is null || qkv is null || proj is null)
                return x;
            var (samples, channels) = (x.shape[0], x.shape[1]);
            var parts = qkv.call(norm2.call(x)).reshape(samples, channels, 3, -1).unbind(2);
            var weights = einsum("ncq,nck->nqk", parts[0], parts[1] / Math.Sqrt(channels)).softmax(2);
            return proj.call(einsum("nqk,nck->ncq", weights, parts[2]).reshape(x.shape)).add_(x) * Math.Sqrt(0.5);
        }
    }
}

using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using static TorchSharp.torch.nn.functional;

namespace Bench.Peers;

/// <summary>W3 and W1-VCT: W2 and W1 with VCT's encoder (github.com/sony/vct), ECM's loss, KL 10, gradients clipped at 200.</summary>
internal sealed class Variational(Func<Conditioned> network, Func<Conditioned> encoder, double c, double decay, double rate)
    : Recipe(network, c, decay, rate)
{
    // Multiplied by the weight 1/(t - r) at t = 80 in the first stage.
    private const double Kl = 10 * 2 / 80.0;

    protected override double? Clip => 200;

    protected override Encoder NewEncoder() => new(encoder());

    protected override Tensor MeanLoss(Trained model, Conditioned other, Tensor data)
    {
        var (noise, regularization) = Coupled(model.Encoder, data, randn_like(data));
        var t = (randn(data.shape[0]) * 2.0 - 1.1).exp();
        return (Losses(model.Network, data, noise, t, TeacherTime(t, 0)) + regularization).mean();
    }

    protected override Tensor Losses(Trained model, Conditioned other, CheckFile given)
    {
        var (noise, regularization) = Coupled(model.Encoder, given.Data, given.Noise);
        return Losses(model.Network, given.Data, noise, given.T, given.R) + regularization;
    }

    private static (Tensor Noise, Tensor Regularization) Coupled(Encoder encoder, Tensor data, Tensor noise)
    {
        var (mean, deviation) = encoder.call(data);
        var s = deviation + 1e-8;
        return (mean + deviation * noise, Kl * (0.5 * (mean.square() + s.square() - 1) - s.log()).flatten(1).sum(1));
    }
}

/// <summary>A network without levels, whose result is the mean and, before the softplus, the standard deviation.</summary>
internal sealed class Encoder : Module<Tensor, (Tensor Mean, Tensor Deviation)>
{
    private readonly Conditioned model;

    public Encoder(Conditioned model)
        : base(nameof(Encoder))
    {
        this.model = model;
        RegisterComponents();
    }

    public override (Tensor Mean, Tensor Deviation) forward(Tensor x)
    {
        var halves = model.call(2 * x, zeros(x.shape[0])).chunk(2, 1);
        return (halves[0], softplus(halves[1]));
    }
}

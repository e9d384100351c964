using TorchSharp;
using static TorchSharp.torch;

namespace Bench.Peers;

/// <summary>
/// W5: W2 as TCM's second stage from t' = 1 on (Lee et al. 2025): below it the target is that of a frozen first stage, a quarter of the
/// batch is trained at t'.
/// </summary>
internal sealed class Truncated() : Recipe(() => new UNet(), c: 1e-8, decay: 0.9999, rate: 5e-5)
{
    private const double Start = 1, Share = 0.25, Weight = 0.1, DegreesOfFreedom = 0.01;

    private static readonly double Width = 0.2 * Math.Sqrt(DegreesOfFreedom), High = Math.Asinh(Math.Log(80) / Width);

    protected override bool NeedsInitialNetwork => true;

    protected override Tensor MeanLoss(Trained model, Conditioned other, Tensor data)
    {
        var t = Times(data.shape[0]);
        t[..(int)(Share * data.shape[0])] = Start;
        var r = t - t * 0.001 * (1 + 8 * (-t).sigmoid());
        return Mean(Losses(model.Network, other, data, randn_like(data), t.to(float32), r.to(float32)));
    }

    protected override Tensor Losses(Trained model, Conditioned other, CheckFile given) =>
        Mean(Losses(model.Network, other, given.Data, given.Noise, given.T, given.R));

    // ln t by Student's t with scale 0.2 and 0.01 degrees of freedom, between 1 and 80.
    private static Tensor Times(long count)
    {
        var drawn = empty(0, dtype: float64);
        while (drawn.shape[0] < count)
        {
            var u = High * rand(count, dtype: float64);
            drawn = cat([drawn, u[rand(count, dtype: float64) < u.cosh().pow(-DegreesOfFreedom)]]);
        }

        return (Width * drawn[..(int)count].sinh()).exp();
    }

    // Both networks of the target see the whole batch, as in the reference.
    private Tensor Losses(Conditioned network, Conditioned first, Tensor data, Tensor noise, Tensor t, Tensor r)
    {
        var state = get_rng_state();
        var output = Denoise(network, data + Column(t, data) * noise, t);
        Tensor target;
        using (no_grad())
        {
            var noisy = data + Column(r, data) * noise;
            set_rng_state(state);
            var late = Denoise(network, noisy, r);
            set_rng_state(state);
            target = where(Column(r >= Start, data), late, Denoise(first, noisy, r));
        }

        return PseudoHuber(output, target) / (t - r);
    }

    private static Tensor Mean(Tensor losses)
    {
        var boundary = (int)(Share * losses.shape[0]);
        return losses[boundary..].mean() + Weight * losses[..boundary].mean();
    }
}

using TorchSharp;
using static TorchSharp.torch;

namespace Bench.Peers;

/// <summary>
/// W4: W2 with iCT's times at step 50,000 of 100,000 and GC at 0.5, whose data end the averaged model makes of the lower noisy point
/// (Issenhuth et al. 2025).
/// </summary>
internal sealed class Induced : Recipe
{
    private const double Least = 0.002, Most = 80, Rho = 7;
    private const int Intervals = 160;

    private readonly Tensor grid, shares;

    public Induced()
        : base(() => new UNet(), c: 0.02993, decay: 0.9999, rate: 1e-4)
    {
        var (low, high) = (Math.Pow(Least, 1 / Rho), Math.Pow(Most, 1 / Rho));
        grid = (low + arange(Intervals + 1, dtype: float64) / Intervals * (high - low)).pow(Rho);
        var distribution = ((grid.log() + 1.1) / (Math.Sqrt(2) * 2.0)).erf();
        shares = distribution[1..] - distribution[..^1];
    }

    protected override Tensor MeanLoss(Trained model, Conditioned other, Tensor data)
    {
        var samples = data.shape[0];
        var index = shares.multinomial(samples, replacement: true);
        var (t, r) = (grid[index + 1].to(float32), grid[index].to(float32));
        return Losses(model.Network, other, data, randn_like(data), t, r, rand(samples) < 0.5).mean();
    }

    protected override Tensor Losses(Trained model, Conditioned other, CheckFile given) =>
        Losses(model.Network, other, given.Data, given.Noise, given.T, given.R, arange(given.Data.shape[0]) % 2 == 0);

    // The predictor sees the whole batch, as in the reference.
    private Tensor Losses(Conditioned network, Conditioned average, Tensor data, Tensor noise, Tensor t, Tensor r, Tensor mix)
    {
        using (no_grad())
            data = where(Column(mix, data), Denoise(average, data + Column(r, data) * noise, r, Least), data);
        var state = get_rng_state();
        var output = Denoise(network, data + Column(t, data) * noise, t, Least);
        Tensor target;
        using (no_grad())
        {
            set_rng_state(state);
            target = Denoise(network, data + Column(r, data) * noise, r, Least);
        }

        return PseudoHuber(output, target) / (t - r);
    }
}

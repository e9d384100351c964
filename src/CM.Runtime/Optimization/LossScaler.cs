namespace CM.Runtime;

/// <summary>
/// Scales the loss before backpropagation, so that small gradients are not lost in half precision (Micikevicius et al. 2018, section 3.2).
/// As torch's <c>GradScaler</c> does, it leaves out a step whose gradients overflowed and halves the scale, and doubles it after enough
/// steps without one. Each step waits for the device.
/// </summary>
public sealed class LossScaler : IDisposable
{
    private const double Growth = 2;
    private const double Backoff = 0.5;

    private readonly ParameterStore weights;
    private readonly int interval;
    private readonly Tensor state;

    /// <summary>Starts with a scale.</summary>
    /// <param name="weights">Weights whose gradients are scaled.</param>
    /// <param name="scale">The first scale, above 0.</param>
    /// <param name="interval">Steps without an overflow after which the scale doubles, 1 or more.</param>
    public LossScaler(ParameterStore weights, double scale, int interval)
    {
        this.weights = weights;
        this.interval = interval;
        state = tensor(new[] { (float)scale, 0, 0 });
    }

    /// <summary>Factor of the loss.</summary>
    public double Scale
    {
        get => this[0];
        private set => this[0] = value;
    }

    /// <summary>Number of steps left out.</summary>
    public int Skipped
    {
        get => (int)this[2];
        private set => this[2] = value;
    }

    /// <summary>Scale, steps since it changed, steps left out: <c>[3]</c>, which is part of a checkpoint.</summary>
    internal Tensor State => state;

    private int Clean
    {
        get => (int)this[1];
        set => this[1] = value;
    }

    private double this[int place]
    {
        get => state.data<float>()[place];
        set
        {
            using var part = state.narrow(0, place, 1);
            part.fill_(value);
        }
    }

    /// <summary>The loss to backpropagate.</summary>
    /// <param name="loss">One number.</param>
    public Tensor Scaled(Tensor loss) => loss * Scale;

    /// <summary>Divides the gradients by the scale, and adapts the scale.</summary>
    /// <returns>Whether all gradients are finite; otherwise the step is to be left out.</returns>
    public bool Unscale()
    {
        using var _ = no_grad();
        using var sum = weights.Gradients.sum();
        if (!float.IsFinite(sum.item<float>()))
        {
            (Scale, Clean, Skipped) = (Scale * Backoff, 0, Skipped + 1);
            return false;
        }
        using Scalar share = 1 / Scale;
        weights.Gradients.mul_(share);
        if (++Clean == interval)
            (Scale, Clean) = (Scale * Growth, 0);
        return true;
    }

    /// <summary>Frees its state.</summary>
    public void Dispose() => state.Dispose();
}

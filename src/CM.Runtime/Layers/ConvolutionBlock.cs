using static TorchSharp.torch.nn;

namespace CM.Runtime;

/// <summary>
/// ((silu(norm(x + shift)) · mask) ∗ weight + bias + residual) · scale, of which everything but x may be missing: what a residual block of
/// a U-Net does between two of its values.
/// </summary>
internal readonly record struct ConvolutionBlock()
{
    /// <summary>[B, C].</summary>
    public Tensor? Shift { get; init; }

    /// <summary>Groups of the norm; 0 where there is none.</summary>
    public long Groups { get; init; }

    /// <summary>[C].</summary>
    public Tensor? NormWeight { get; init; }

    /// <summary>[C].</summary>
    public Tensor? NormBias { get; init; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Whether x·σ(x) follows.</summary>
    public bool SiLU { get; init; }

    /// <summary>Probability of dropout; 0 for none.</summary>
    public double Dropout { get; init; }

    /// <summary>The origin of dropout masks; not needed without.</summary>
    public StepContext? Context { get; init; }

    /// <summary>[out, C, kernel, kernel] with an odd kernel.</summary>
    public Tensor? Weight { get; init; }

    /// <summary>[out].</summary>
    public Tensor? Bias { get; init; }

    /// <summary>[B, out, H, W].</summary>
    public Tensor? Residual { get; init; }

    /// <summary>Shape of the result.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>[B, C, H, W] to [B, out, H, W].</summary>
    public Tensor Of(Tensor x)
    {
        using var cast = (NormWeight ?? Weight) is { } weights ? Casts.To(weights, x) : null;
        return Compose(cast ?? x).Seen(x, NormWeight, Weight);
    }

    private Tensor Compose(Tensor x)
    {
        using var _ = NewDisposeScope();
        var value = Shift is null ? x : x + Shift.view(Shift.size(0), Shift.size(1), 1, 1);
        if (Groups > 0)
            value = functional.group_norm(value, Groups, NormWeight, NormBias, Epsilon);
        if (SiLU)
            value = functional.silu(value);
        if (Dropout > 0)
            value = Context!.Dropout(value, Dropout, training: true);
        if (Weight is not null)
            value = functional.conv2d(value, Weight, Bias, padding: [Weight.size(2) / 2, Weight.size(2) / 2]);
        if (Residual is not null)
            value += Residual;
        return (Scale == 1 ? value : value * Scale).MoveToOuterDisposeScope();
    }
}

namespace CM.Dsl;

/// <summary>An activation, element by element; the shape stays.</summary>
/// <param name="function">Which one.</param>
public sealed class ActivateAttribute(Act function) : LayerAttribute
{
    /// <summary>Which one.</summary>
    public Act Function { get; } = function;
}

/// <summary>Activation functions.</summary>
public enum Act
{
    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>x·σ(x), also called swish.</summary>
    SiLU,

    /// <summary>x·Φ(x), the exact form with erf.</summary>
    GELU,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>1/(1 + e^−x).</summary>
    Sigmoid,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,
}

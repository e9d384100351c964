namespace CM.Dsl;

/// <summary>A linear map of the last axis: <c>[…, input] → […, output]</c>.</summary>
/// <param name="input">Size of the last axis that comes in.</param>
/// <param name="output">Size of the last axis that goes out.</param>
public sealed class LinearAttribute(object input, object output) : WeightedLayerAttribute
{
    /// <summary>Size of the last axis that comes in.</summary>
    public object Input { get; } = input;

    /// <summary>Size of the last axis that goes out.</summary>
    public object Output { get; } = output;

    /// <summary>Whether a bias is added. Default: true.</summary>
    public bool Bias { get; set; } = true;
}

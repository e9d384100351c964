namespace CM.Dsl;

/// <summary>A linear map of one-hot labels: <c>[B, classes] → [B, channels]</c> (EDM's <c>map_label</c>).</summary>
/// <param name="classes">Number of classes.</param>
/// <param name="channels">Features that go out.</param>
public sealed class ClassEmbeddingAttribute(object classes, object channels) : WeightedLayerAttribute
{
    /// <summary>Number of classes.</summary>
    public object Classes { get; } = classes;

    /// <summary>Features that go out.</summary>
    public object Channels { get; } = channels;

    /// <summary>Multiplies the labels. Default: √classes, which SongUNet uses; ADM uses 1.</summary>
    public double Scale { get; set; }

    /// <summary>Probability with which a whole label becomes 0 while training, from 0 up to, but not including, 1. Default: 0.</summary>
    public double LabelDropout { get; set; }

    /// <summary>Whether a bias is added. Default: true.</summary>
    public bool Bias { get; set; } = true;
}

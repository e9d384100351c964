namespace CM.Dsl;

/// <summary>
/// A linear map without bias of the numbers that describe an example's augmentation, all 0 for an example as it is:
/// <c>[B, labels] → [B, channels]</c> (EDM's <c>map_augment</c>).
/// </summary>
/// <param name="labels">Numbers per example.</param>
/// <param name="channels">Features that go out.</param>
public sealed class AugmentEmbeddingAttribute(object labels, object channels) : WeightedLayerAttribute
{
    /// <summary>Numbers per example.</summary>
    public object Labels { get; } = labels;

    /// <summary>Features that go out.</summary>
    public object Channels { get; } = channels;
}

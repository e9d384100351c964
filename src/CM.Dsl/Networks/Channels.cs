namespace CM.Dsl;

/// <summary>Some of the channels: <c>[B, C, …] → [B, count, …]</c>. Half of an encoder's output is its mean, the other half its deviation.</summary>
/// <param name="from">The first channel that stays, 0 or more.</param>
/// <param name="count">How many stay, 1 or more.</param>
public sealed class ChannelsAttribute(object from, object count) : LayerAttribute
{
    /// <summary>The first channel that stays.</summary>
    public object From { get; } = from;

    /// <summary>How many stay.</summary>
    public object Count { get; } = count;
}

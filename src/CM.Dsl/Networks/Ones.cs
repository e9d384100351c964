namespace CM.Dsl;

/// <summary>Adds one channel of ones at the end: <c>[B, C, …] → [B, C + 1, …]</c>; it is the bias of networks whose convolutions have none (EDM2).</summary>
public sealed class OnesAttribute : LayerAttribute;

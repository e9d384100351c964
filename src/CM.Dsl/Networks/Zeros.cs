namespace CM.Dsl;

/// <summary>
/// A zero for each example: <c>[B, …] → [B]</c>. The level of a U-Net that has none, such as VCT's encoder: <c>(x, x | Zero) | Encode</c>.
/// </summary>
public sealed class ZerosAttribute : LayerAttribute;

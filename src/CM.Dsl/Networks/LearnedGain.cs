namespace CM.Dsl;

/// <summary>
/// Multiplies by one learned number, <c>gain</c>, which starts at 0; the shape stays (EDM2's <c>emb_gain</c> and <c>out_gain</c>).
/// </summary>
public sealed class LearnedGainAttribute : LayerAttribute;

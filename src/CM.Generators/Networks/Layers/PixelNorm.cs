using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class PixelNorm : LayerKind
{
    public override string Describe(LayerPlan layer) => "PixelNorm";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank >= 2)
            return input;
        check.Rank(input, 4, "[B, channels, …]");
        return Shape.Unknown;
    }

    // The magnitudes, too.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Inputs.And(output.NumbersWithout(1) * 2);

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"Norms.PixelNorm({code.Input})";
}

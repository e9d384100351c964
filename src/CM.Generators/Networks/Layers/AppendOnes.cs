using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class AppendOnes : LayerKind
{
    public override string Describe(LayerPlan layer) => "AppendOnes";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank >= 2)
            return input.Resize(1, input[1].Size + 1, layer.Name);
        check.Rank(input, 4, "[B, channels, …]");
        return Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"Images.WithOnes({code.Input})";
}

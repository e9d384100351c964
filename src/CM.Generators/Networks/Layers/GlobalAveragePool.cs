using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class GlobalAveragePool : LayerKind
{
    public override string Describe(LayerPlan layer) => "GlobalAveragePool";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 4, "[B, channels, height, width]") ? new Shape([input[0], input[1]]) : Shape.Unknown;

    // The gradient of a mean is the same for every value.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"{code.Input}.mean([2, 3])";
}

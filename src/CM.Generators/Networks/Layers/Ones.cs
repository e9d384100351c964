using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Ones : LayerKind
{
    public override string Describe(LayerPlan layer) => "Ones";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank >= 2)
            return input.Turn(1, input[1].Size + 1, layer.Name);
        check.Rank(input, 4, "[B, channels, …]");
        return Shape.Unknown;
    }

    public override Kept Keep(LayerPlan layer, Shape input, Shape output) => Kept.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"Images.WithOnes({code.Input})";
}

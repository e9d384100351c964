using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Zeros : LayerKind
{
    public override string Describe(LayerPlan layer) => "Zeros";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        input.Rank > 0 || check.Rank(input, 1, "[B, …]") ? new([input[0]]) : Shape.Unknown;

    public override Kept Keep(LayerPlan layer, Shape input, Shape output) => Kept.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Embeddings.Zeros({code.Input})";
}

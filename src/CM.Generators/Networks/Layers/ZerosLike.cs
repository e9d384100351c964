using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class ZerosLike : LayerKind
{
    public override string Describe(LayerPlan layer) => "ZerosLike";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        input.Rank > 0 || check.Rank(input, 1, "[B, …]") ? new([input[0]]) : Shape.Unknown;

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Embeddings.Zeros({code.Input})";
}

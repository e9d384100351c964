using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Scale : LayerKind
{
    public override string Describe(LayerPlan layer) => $"Scale by {Literals.Number(layer.Number("factor", 1))}";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"{code.Input} * {Literals.Number(layer.Number("factor", 1))}";
}

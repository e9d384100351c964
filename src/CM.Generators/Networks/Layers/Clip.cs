using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Clip : LayerKind
{
    public override string Describe(LayerPlan layer) => $"Clip at ±{Literals.Number(layer.Number("bound", 1))}";

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("bound", layer.Number("bound", 1) > 0, "above 0");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        var bound = Literals.Number(layer.Number("bound", 1));
        return $"{code.Input}.clamp((Scalar)(-{bound}), (Scalar){bound})";
    }
}

using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Dropout : LayerKind
{
    public override string Describe(LayerPlan layer) => $"Dropout {Literals.Number(layer.Number("probability", 0))}";

    public override void Validate(LayerPlan layer, LayerCheck check) =>
        check.Range("probability", layer.Number("probability", 0) is >= 0 and < 1, "from 0 up to, but not including, 1");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override bool DrawsMasks(LayerPlan layer) => layer.Number("probability", 0) > 0;

    // The mask.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => IsView(layer) ? SavedForBackward.Nothing : SavedForBackward.Nothing.And(output.Numbers);

    public override bool IsView(LayerPlan layer) => layer.Number("probability", 0) == 0;

    public override FusionRole Fuses(LayerPlan layer) => DrawsMasks(layer) ? FusionRole.Dropout : FusionRole.None;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        DrawsMasks(layer) ? $"{code.Context}.Dropout({code.Input}, {Literals.Number(layer.Number("probability", 0))}, training)" : $"{code.Input}.alias()";
}

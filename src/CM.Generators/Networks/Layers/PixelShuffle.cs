using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class PixelShuffle : LayerKind
{
    public override string Describe(LayerPlan layer) => $"PixelShuffle {layer.Whole("factor")}";

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("factor", layer.Whole("factor") >= 2, "2 or more");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var factor = layer.Whole("factor");
        return factor >= 1 && check.Rank(input, 4, "[B, channels, height, width]") && check.Divides("factor²", factor * factor, "channels", input[1].Size)
            ? input.Resize(1, input[1].Size.Floor(factor * factor), layer.Name).Resize(2, input[2].Size * factor, layer.Name).Resize(3, input[3].Size * factor, layer.Name)
            : Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.pixel_shuffle({code.Input}, {Literals.Number(layer.Whole("factor"))})";
}

internal sealed class PixelUnshuffle : LayerKind
{
    public override string Describe(LayerPlan layer) => $"PixelUnshuffle {layer.Whole("factor")}";

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("factor", layer.Whole("factor") >= 2, "2 or more");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var factor = layer.Whole("factor");
        return factor >= 1 && check.Rank(input, 4, "[B, channels, height, width]")
            && check.Divides("factor", factor, "rows", input[2].Size) && check.Divides("factor", factor, "columns", input[3].Size)
            ? input.Resize(1, input[1].Size * (factor * factor), layer.Name).Resize(2, input[2].Size.Floor(factor), layer.Name).Resize(3, input[3].Size.Floor(factor), layer.Name)
            : Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.pixel_unshuffle({code.Input}, {Literals.Number(layer.Whole("factor"))})";
}

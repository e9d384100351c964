using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class PositionalEmbedding : LayerKind
{
    public override string Describe(LayerPlan layer) => $"PositionalEmbedding {layer.Size("channels")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        if (layer.Flag("endpoint", false))
            check.AtLeast("channels", 4, layer.Size("channels"), "4 or more with endpoint");
        else
            check.AtLeast("channels", 2, layer.Size("channels"));
        check.Range("maxPositions", layer.Number("maxPositions", 10_000) > 0, "above 0");
        check.Divides("channels", 2, "channels", layer.Size("channels"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 1, "[B]") ? new Shape([input[0], Axis.Made(layer.Size("channels"), layer.Name)]) : Shape.Unknown;

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        var text = $"Embeddings.Positional({code.Input}, {layer.Size("channels").ToCode()}";
        if (layer.Has("maxPositions"))
            text += $", maxPositions: {Literals.Number(layer.Number("maxPositions", 10_000))}";
        if (layer.Flag("endpoint", false))
            text += ", endpoint: true";
        return layer.Flag("sineFirst", false) ? text + ", sineFirst: true)" : text + ")";
    }
}

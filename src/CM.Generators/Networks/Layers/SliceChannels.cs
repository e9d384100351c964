using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class SliceChannels : LayerKind
{
    public override string Describe(LayerPlan layer) => $"SliceChannels {layer.Size("from", 0)} to {layer.Size("from", 0) + layer.Size("count") - 1}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.Range("from", layer.Whole("from", 0) >= 0, "0 or more");
        check.AtLeast("count", 1, layer.Size("count"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank < 2)
        {
            check.Rank(input, 4, "[B, channels, …]");
            return Shape.Unknown;
        }

        // One more channel than the last must be left, for the rule asks for sizes above 0.
        return check.Positive(input, 1, input[1].Size - layer.Size("from", 0) - layer.Size("count") + 1) ? input.Resize(1, layer.Size("count"), layer.Name) : Shape.Unknown;
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override bool IsView(LayerPlan layer) => true;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"{code.Input}.narrow(1, {layer.Size("from", 0).ToCode()}, {layer.Size("count").ToCode()})";
}

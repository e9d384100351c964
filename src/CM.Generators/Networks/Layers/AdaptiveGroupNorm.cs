using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class AdaptiveGroupNorm : LayerKind
{
    public override string Describe(LayerPlan layer) =>
        $"AdaptiveGroupNorm {layer.Size("channels")} in {layer.Size("groups")} groups by {layer.Size("embedding")}";

    public override int Inputs => 2;

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var size in new[] { "groups", "channels", "embedding" })
            check.AtLeast(size, 1, layer.Size(size));
        check.Range("epsilon", layer.Number("epsilon", 1e-5) > 0, "above 0");
        Starts.Validate(layer, check);
        check.Divides("groups", layer.Size("groups"), "channels", layer.Size("channels"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var (embedding, second) = (check.Second.Input, check.Second);
        return check.Rank(input, 4, "[B, channels, height, width]") && check.Axis(input, 1, "channels", layer.Size("channels"))
            && second.Rank(embedding, 2, "[B, embedding]") && second.Axis(embedding, 1, "embedding", layer.Size("embedding")) && second.Axis(embedding, 0, "batch", input[0].Size)
            ? input
            : Shape.Unknown;
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var (channels, embedding) = (layer.Size("channels"), layer.Size("embedding"));
        yield return new("affine.weight", Starts.Weight(layer, embedding, channels * 2), [channels * 2, embedding]);
        yield return new("affine.bias", Starts.Bias(layer, embedding, channels * 2), [channels * 2]);
        foreach (var parameter in ParameterPlan.ScaleAndShift(channels))
            yield return parameter with { Name = $"{Norm(layer)}.{parameter.Name}" };
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) => layer.Size("channels") * layer.Size("embedding") * 2;

    // Means and deviations of the groups, the normalised numbers, and one plus the scale.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) =>
        SavedForBackward.Inputs.And(layer.Size("groups") * 2 + output.Numbers + layer.Size("channels"));

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Norms.Adaptive({code.Input}, {code.Second}, {code.Field("affine.weight")}, {code.Field("affine.bias")}, {layer.Size("groups").ToCode()}, {code.Field(Norm(layer) + ".weight")}, {code.Field(Norm(layer) + ".bias")}"
        + (layer.Has("epsilon") ? $", {Literals.Number(layer.Number("epsilon", 1e-5))})" : ")");

    // ADM's blocks number their norms.
    private static string Norm(LayerPlan layer) => layer.Has("norm") ? layer.Text("norm") : "norm";
}

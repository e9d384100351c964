using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal class Attention : LayerKind
{
    public override string Describe(LayerPlan layer) => $"{layer.Kind} {layer.Size("channels")}, {Heads(layer)} {(Heads(layer).Value == 1 ? "head" : "heads")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("channels", 1, layer.Size("channels"));
        check.AtLeast("heads", 1, layer.Size("heads"));
        check.Range("channelsPerHead", layer.Whole("channelsPerHead") > 0, "1 or more");
        check.Range("channelsPerHead", !layer.Has("channelsPerHead") || !layer.Has("heads"), "left out where Heads is given");
        Starts.Validate(layer, check);
        var given = layer.Has("channelsPerHead") ? "channelsPerHead" : "heads";
        check.Divides(given, layer.Size(given), "channels", layer.Size("channels"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 4, "[B, channels, height, width]") && check.Axis(input, 1, "channels", layer.Size("channels")) ? input : Shape.Unknown;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var channels = layer.Size("channels");
        yield return new("qkv.weight", Starts.Weight(layer, channels, channels * 3), [channels * 3, channels, 1, 1]);
        yield return new("qkv.bias", Starts.Bias(layer, channels, channels * 3), [channels * 3]);
        yield return new("proj.weight", Starts.Weight(layer, channels, channels, "projectionInitWeight"), [channels, channels, 1, 1]);
        yield return new("proj.bias", Starts.Bias(layer, channels, channels, "projectionInitBias"), [channels]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output)
    {
        var (channels, pixels) = (layer.Size("channels"), input[2].Size * input[3].Size);
        return channels * pixels * (channels * 4 + pixels * 2);
    }

    // Queries, keys, values, the scaled keys, the mixture, and the weight of every pixel for every other.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output)
    {
        var pixels = input[2].Size * input[3].Size;
        return SavedForBackward.Inputs.And(output.Numbers * 5 + Heads(layer) * pixels * pixels);
    }

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Images.SelfAttention({code.Input}, {code.Field("qkv.weight")}, {code.Field("qkv.bias")}, {code.Field("proj.weight")}, {code.Field("proj.bias")}, heads: {Heads(layer).ToCode()})";

    protected static Dim Heads(LayerPlan layer) =>
        layer.Has("channelsPerHead") ? layer.Size("channels").Floor(Math.Max(1, layer.Whole("channelsPerHead"))) : layer.Size("heads");
}

using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal class Conv2d : LayerKind
{
    /// <summary>Channels that come in and go out, and in how many groups.</summary>
    protected virtual (Dim In, Dim Out, Dim Groups) Channels(LayerPlan layer) => (layer.Size("input"), layer.Size("output"), layer.Size("groups"));

    public override string Describe(LayerPlan layer)
    {
        var (channelsIn, channelsOut, groups) = Channels(layer);
        var kernel = layer.Whole("kernel");
        var text = $"Conv2d {channelsIn}→{channelsOut}, {kernel}×{kernel}";
        if (layer.Whole("stride") != 1)
            text += $", stride {layer.Whole("stride")}";
        if (layer.Has("padding"))
            text += $", padding {Padding(layer)}";
        if (layer.Whole("dilation") != 1)
            text += $", dilation {layer.Whole("dilation")}";
        return groups.Value != 1 ? $"{text}, {groups} groups" : text;
    }

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var size in new[] { "input", "output", "channels", "kernel", "stride", "dilation", "groups" })
            check.AtLeast(size, 1, layer.Size(size));
        check.Range("padding", layer.Whole("padding", 0) >= 0, "0 or more");
        Starts.Validate(layer, check);
        var (channelsIn, channelsOut, groups) = Channels(layer);
        check.Divides("groups", groups, "input channels", channelsIn);
        check.Divides("groups", groups, "output channels", channelsOut);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        var (channelsIn, channelsOut, _) = Channels(layer);
        if (!check.Rank(input, 4, "[B, channels, height, width]") || !check.Axis(input, 1, layer.Has("input") ? "input" : "channels", channelsIn))
            return Shape.Unknown;
        var height = Side(layer, input[2].Size);
        var width = Side(layer, input[3].Size);
        if (!check.Positive(input, 2, height) || !check.Positive(input, 3, width))
            return Shape.Unknown;
        return input.Make(1, channelsOut, layer.Name).Resize(2, height, layer.Name).Resize(3, width, layer.Name);
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var (channelsIn, channelsOut, groups) = Channels(layer);
        var kernel = layer.Size("kernel");
        var seen = OfOneGroup(channelsIn, groups);
        var (fanIn, fanOut) = (seen * kernel * kernel, OfOneGroup(channelsOut, groups) * kernel * kernel);
        yield return new("weight", Starts.Weight(layer, fanIn, fanOut), [channelsOut, seen, kernel, kernel]);
        if (layer.Flag("bias", true))
            yield return new("bias", Starts.Bias(layer, fanIn, fanOut), [channelsOut]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) =>
        Parameters(layer).First().Count * output[2].Size * output[3].Size;

    public override FusionRole Fuses(LayerPlan layer) => KeepsSize(layer) ? FusionRole.Convolution : FusionRole.None;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        if (KeepsSize(layer))
            return $"Images.Conv2d({code.Input}, {code.Field("weight")}{(layer.Flag("bias", true) ? ", " + code.Field("bias") : "")})";
        var text = $"Images.GeneralConv2d({code.Input}, {code.Field("weight")}{(layer.Flag("bias", true) ? ", " + code.Field("bias") : "")}";
        if (layer.Whole("stride") is var stride and not 1)
            text += $", strides: {code.Sizes("stride", stride, stride)}";
        if (Padding(layer) is var padding and not 0)
            text += $", padding: {code.Sizes("padding", padding, padding)}";
        if (layer.Whole("dilation") is var dilation and not 1)
            text += $", dilation: {code.Sizes("dilation", dilation, dilation)}";
        return Channels(layer).Groups is { Value: not 1 } groups ? $"{text}, groups: {groups.ToCode()})" : text + ")";
    }

    // One convolution over all channels that leaves height and width as they are.
    private bool KeepsSize(LayerPlan layer) =>
        Channels(layer).Groups.Value == 1 && layer.Whole("stride") == 1 && layer.Whole("dilation") == 1 && layer.Whole("kernel") % 2 == 1 && Padding(layer) == layer.Whole("kernel") / 2;

    private static Dim OfOneGroup(Dim channels, Dim groups) => groups.Value <= 0 ? channels : channels.Floor(groups);

    private static long Padding(LayerPlan layer) => layer.Has("padding") ? layer.Whole("padding", 0) : layer.Whole("dilation") * (layer.Whole("kernel") - 1) / 2;

    private static Dim Side(LayerPlan layer, Dim side) =>
        (side + (2 * Padding(layer) - layer.Whole("dilation") * (layer.Whole("kernel") - 1) - 1)).Floor(Math.Max(1, layer.Whole("stride"))) + 1;
}

internal sealed class DepthwiseConv2d : Conv2d
{
    protected override (Dim In, Dim Out, Dim Groups) Channels(LayerPlan layer) => (layer.Size("channels"), layer.Size("channels"), layer.Size("channels"));

    public override string Describe(LayerPlan layer) => "Depthwise " + base.Describe(layer);
}

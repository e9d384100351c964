using CM.Generators.Shapes;

namespace CM.Generators.Layers;

internal sealed class Conv2d : LayerKind
{
    public override string Describe(LayerPlan layer)
    {
        var kernel = layer.Whole("kernel");
        var text = $"Conv2d {layer.Size("input")}→{layer.Size("output")}, {kernel}×{kernel}";
        if (layer.Whole("stride") != 1)
            text += $", stride {layer.Whole("stride")}";
        if (layer.Has("padding"))
            text += $", padding {Padding(layer)}";
        if (layer.Whole("dilation") != 1)
            text += $", dilation {layer.Whole("dilation")}";
        return layer.Has("groups") ? $"{text}, {layer.Size("groups")} groups" : text;
    }

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var size in new[] { "input", "output", "kernel", "stride", "dilation", "groups" })
            check.Range(size, layer.Size(size).Value is null or > 0, "1 or more");
        check.Range("padding", layer.Whole("padding", 0) >= 0, "0 or more");
        if (layer.Has("groups"))
        {
            check.Divides("groups", layer.Size("groups"), "input channels", layer.Size("input"));
            check.Divides("groups", layer.Size("groups"), "output channels", layer.Size("output"));
        }
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (!check.Rank(input, 4, "[B, channels, height, width]") || !check.Axis(input, 1, "input", layer.Size("input")))
            return Shape.Unknown;
        var height = Side(layer, input[2].Size);
        var width = Side(layer, input[3].Size);
        if (!check.Positive(input, 2, height) || !check.Positive(input, 3, width))
            return Shape.Unknown;
        return input.Make(1, layer.Size("output"), layer.Name).Turn(2, height, layer.Name).Turn(3, width, layer.Name);
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var kernel = layer.Size("kernel");
        var seen = layer.Size("groups").Value is { } groups and > 0 ? layer.Size("input").Floor(groups) : layer.Size("input");
        var init = ParameterPlan.UniformByFanIn(seen * kernel * kernel);
        yield return new("weight", init, [layer.Size("output"), seen, kernel, kernel]);
        if (layer.Flag("bias", true))
            yield return new("bias", init, [layer.Size("output")]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) =>
        Parameters(layer).First().Count * output[2].Size * output[3].Size;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        var text = $"functional.conv2d({code.Input}, {code.Field("weight")}{(layer.Flag("bias", true) ? ", " + code.Field("bias") : "")}";
        if (layer.Whole("stride") is var stride and not 1)
            text += $", strides: {code.Sizes("stride", stride, stride)}";
        if (Padding(layer) is var padding and not 0)
            text += $", padding: {code.Sizes("padding", padding, padding)}";
        if (layer.Whole("dilation") is var dilation and not 1)
            text += $", dilation: {code.Sizes("dilation", dilation, dilation)}";
        return layer.Has("groups") ? $"{text}, groups: {layer.Size("groups").ToCode()})" : text + ")";
    }

    private static long Padding(LayerPlan layer) => layer.Has("padding") ? layer.Whole("padding", 0) : (layer.Whole("kernel") - 1) / 2 * layer.Whole("dilation");

    private static Dim Side(LayerPlan layer, Dim side) =>
        (side + (2 * Padding(layer) - layer.Whole("dilation") * (layer.Whole("kernel") - 1) - 1)).Floor(Math.Max(1, layer.Whole("stride"))) + 1;
}

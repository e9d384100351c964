using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class ConvTranspose2d : LayerKind
{
    public override string Describe(LayerPlan layer)
    {
        var kernel = layer.Whole("kernel");
        var text = $"ConvTranspose2d {layer.Size("input")}→{layer.Size("output")}, {kernel}×{kernel}";
        if (layer.Whole("stride") != 1)
            text += $", stride {layer.Whole("stride")}";
        if (layer.Has("padding"))
            text += $", padding {Padding(layer)}";
        return layer.Has("outputPadding") ? $"{text}, output padding {layer.Whole("outputPadding", 0)}" : text;
    }

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        foreach (var size in new[] { "input", "output", "kernel", "stride" })
            check.AtLeast(size, 1, layer.Size(size));
        check.Range("padding", layer.Whole("padding", 0) >= 0, "0 or more");
        var outputPadding = layer.Whole("outputPadding", 0);
        check.Range("outputPadding", outputPadding >= 0 && outputPadding < Math.Max(1, layer.Whole("stride")), "0 or more, and less than the stride");
        Starts.Validate(layer, check);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (!check.Rank(input, 4, "[B, channels, height, width]") || !check.Axis(input, 1, "input", layer.Size("input")))
            return Shape.Unknown;
        var height = Side(layer, input[2].Size);
        var width = Side(layer, input[3].Size);
        if (!check.Positive(input, 2, height) || !check.Positive(input, 3, width))
            return Shape.Unknown;
        return input.Make(1, layer.Size("output"), layer.Name).Resize(2, height, layer.Name).Resize(3, width, layer.Name);
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var kernel = layer.Size("kernel");
        var (fanIn, fanOut) = (layer.Size("input") * kernel * kernel, layer.Size("output") * kernel * kernel);
        if (Starts.IsPyTorch(layer))
            fanIn = fanOut; // PyTorch reads the weight's axes as those of a convolution.
        yield return new("weight", Starts.Weight(layer, fanIn, fanOut), [layer.Size("input"), layer.Size("output"), kernel, kernel]);
        if (layer.Flag("bias", true))
            yield return new("bias", Starts.Bias(layer, fanIn, fanOut), [layer.Size("output")]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) =>
        Parameters(layer).First().Count * input[2].Size * input[3].Size;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        var text = $"Images.ConvTranspose2d({code.Input}, {code.Field("weight")}{(layer.Flag("bias", true) ? ", " + code.Field("bias") : "")}";
        if (layer.Whole("stride") is var stride and not 1)
            text += $", strides: {code.Sizes("stride", stride, stride)}";
        if (Padding(layer) is var padding and not 0)
            text += $", padding: {code.Sizes("padding", padding, padding)}";
        if (layer.Whole("outputPadding", 0) is var outputPadding and not 0)
            text += $", outputPadding: {code.Sizes("outputPadding", outputPadding, outputPadding)}";
        return text + ")";
    }

    private static long Padding(LayerPlan layer) => layer.Has("padding") ? layer.Whole("padding", 0) : (layer.Whole("kernel") - 1) / 2;

    private static Dim Side(LayerPlan layer, Dim side) =>
        (side - 1) * layer.Whole("stride") + (layer.Whole("kernel") - 2 * Padding(layer) + layer.Whole("outputPadding", 0));
}

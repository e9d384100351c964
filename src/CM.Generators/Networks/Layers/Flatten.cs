using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Flatten : LayerKind
{
    public override string Describe(LayerPlan layer) => "Flatten";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank < 2)
        {
            check.Rank(input, 4, "[B, a, …]");
            return Shape.Unknown;
        }

        return new Shape([input[0], Axis.Product([.. input.Axes.Skip(1)], layer.Name)]);
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override bool IsView(LayerPlan layer) => true;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"{code.Input}.flatten(1)";
}

internal sealed class Unflatten : LayerKind
{
    public override string Describe(LayerPlan layer) => $"Unflatten to {string.Join("×", layer.Sizes("axes"))}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.Range("axes", layer.Sizes("axes").Count > 0, "one axis or more");
        foreach (var size in layer.Sizes("axes"))
            check.AtLeast("axes", 1, size, "sizes of 1 or more");
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (!check.Rank(input, 2, "[B, a·b·…]"))
            return Shape.Unknown;
        var product = layer.Sizes("axes").Aggregate((Dim)1, (all, size) => all * size);
        if (!check.Equal(product, input[1].Size, $"the axes of '{layer.Name}' hold every number"))
        {
            check.Report("CM2001", layer.Name, $"{string.Join("×", layer.Sizes("axes"))} = {product}", "numbers", check.From, input.ToString(), input[1].Size.ToString(), input[1].Cause);
            return Shape.Unknown;
        }

        return new Shape([input[0], .. layer.Sizes("axes").Select(size => Axis.Made(size, layer.Name))]);
    }

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override bool IsView(LayerPlan layer) => true;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"{code.Input}.unflatten(1, {code.Sizes("axes", [.. layer.Sizes("axes")])})";
}

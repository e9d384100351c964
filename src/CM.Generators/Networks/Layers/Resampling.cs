using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

/// <summary>Layers that change height and width by one whole factor.</summary>
internal abstract class Resampling : LayerKind
{
    protected static long Factor(LayerPlan layer) => layer.Whole("factor", 2);

    public override string Describe(LayerPlan layer) => $"{layer.Kind} {Factor(layer)}";

    public override void Validate(LayerPlan layer, LayerCheck check) => check.Range("factor", Factor(layer) >= 2, "2 or more");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (Factor(layer) < 1 || !check.Rank(input, 4, "[B, channels, height, width]"))
            return Shape.Unknown;
        var (height, width) = (Side(input[2].Size, Factor(layer)), Side(input[3].Size, Factor(layer)));
        return check.Positive(input, 2, height) && check.Positive(input, 3, width)
            ? input.Resize(2, height, layer.Name).Resize(3, width, layer.Name)
            : Shape.Unknown;
    }

    protected abstract Dim Side(Dim side, long factor);
}

internal sealed class Upsample : Resampling
{
    protected override Dim Side(Dim side, long factor) => side * factor;

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Images.Upsample({code.Input}, {Literals.Number(Factor(layer))})";
}

internal sealed class Downsample : Resampling
{
    protected override Dim Side(Dim side, long factor) => (side + (factor - 1)).Floor(factor);

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override bool IsView(LayerPlan layer) => true;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Images.Downsample({code.Input}, {Literals.Number(Factor(layer))})";
}

internal sealed class AveragePool : Resampling
{
    protected override Dim Side(Dim side, long factor) => side.Floor(factor);

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.avg_pool2d({code.Input}, {Literals.Number(Factor(layer))})";
}

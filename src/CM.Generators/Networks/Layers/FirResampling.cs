using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

/// <summary>Layers that double or halve height and width with a filter.</summary>
internal abstract class FirResampling : LayerKind
{
    protected static int Taps(LayerPlan layer) => layer.Sizes("taps").Count;

    protected static long Padding(LayerPlan layer) => layer.Has("padding") ? layer.Whole("padding", 0) : (Taps(layer) - 1) / 2;

    public override string Describe(LayerPlan layer) =>
        $"{layer.Kind} {string.Join(" ", layer.Sizes("taps"))}" + (layer.Has("padding") ? $", padding {Padding(layer)}" : "");

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.Range("taps", layer.Sizes("taps").Aggregate((Dim)0, (sum, tap) => sum + tap).Value is not 0, "one tap or more, with a sum that is not 0");
        check.Range("padding", layer.Whole("padding", 0) >= 0, "0 or more");
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (!check.Rank(input, 4, "[B, channels, height, width]"))
            return Shape.Unknown;
        var (height, width) = (Side(layer, input[2].Size), Side(layer, input[3].Size));
        return check.Positive(input, 2, height) && check.Positive(input, 3, width)
            ? input.Resize(2, height, layer.Name).Resize(3, width, layer.Name)
            : Shape.Unknown;
    }

    // As a function it has no state; inside a U-Net the filter is the reference implementation's buffer.
    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) => layer.IsFunction ? []
        : [new("resample_filter", $"Initializer.Filter({string.Join(", ", layer.Sizes("taps"))})", [1, 1, Taps(layer), Taps(layer)], Fixed: true)];

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Images.{layer.Kind}({code.Input}, {(layer.IsFunction ? $"[{string.Join(", ", layer.Sizes("taps"))}]" : code.Field("resample_filter"))}, padding: {Literals.Number(Padding(layer))})";

    protected abstract Dim Side(LayerPlan layer, Dim side);

    // Multiply-adds where every pixel of an image meets every tap.
    protected static Dim Work(LayerPlan layer, Shape image) => image[1].Size * image[2].Size * image[3].Size * (Taps(layer) * Taps(layer));
}

internal sealed class FirUpsample : FirResampling
{
    public override Dim Work(LayerPlan layer, Shape input, Shape output) => Work(layer, input);

    protected override Dim Side(LayerPlan layer, Dim side) => side * 2 - 2 - 2 * Padding(layer) + Taps(layer);
}

internal sealed class FirDownsample : FirResampling
{
    public override Dim Work(LayerPlan layer, Shape input, Shape output) => Work(layer, output);

    protected override Dim Side(LayerPlan layer, Dim side) => (side + (2 * Padding(layer) - Taps(layer))).Floor(2) + 1;
}

using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class FourierEmbedding : LayerKind
{
    public override string Describe(LayerPlan layer) => $"FourierEmbedding {layer.Size("channels")}, scale {Literals.Number(Scale(layer))}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("channels", 2, layer.Size("channels"));
        check.Divides("channels", 2, "channels", layer.Size("channels"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 1, "[B]") ? new Shape([input[0], Axis.Made(layer.Size("channels"), layer.Name)]) : Shape.Unknown;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) =>
        [new("freqs", $"Initializer.Normal({Literals.Number(Scale(layer))})", [layer.Size("channels").Floor(2)], Fixed: true)];

    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"Embeddings.Fourier({code.Input}, {code.Field("freqs")}{(layer.Flag("sineFirst", false) ? ", sineFirst: true" : "")})";

    private static double Scale(LayerPlan layer) => layer.Number("scale", 16);
}

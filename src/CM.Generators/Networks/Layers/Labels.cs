using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class ClassEmbedding : LayerKind
{
    public override string Describe(LayerPlan layer) =>
        $"ClassEmbedding {layer.Size("classes")}→{layer.Size("channels")}" + (Dropout(layer) > 0 ? $", label dropout {Literals.Number(Dropout(layer))}" : "");

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("classes", 1, layer.Size("classes"));
        check.AtLeast("channels", 1, layer.Size("channels"));
        check.Range("labelDropout", Dropout(layer) is >= 0 and < 1, "from 0 up to, but not including, 1");
        Starts.Validate(layer, check);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 2, "[B, classes]") && check.Axis(input, 1, "classes", layer.Size("classes"))
            ? input.Make(1, layer.Size("channels"), layer.Name)
            : Shape.Unknown;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var (classes, channels) = (layer.Size("classes"), layer.Size("channels"));
        yield return new("weight", Starts.Weight(layer, classes, channels), [channels, classes]);
        if (layer.Flag("bias", true))
            yield return new("bias", Starts.Bias(layer, classes, channels), [channels]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) => layer.Size("classes") * layer.Size("channels");

    public override bool DrawsMasks(LayerPlan layer) => Dropout(layer) > 0;

    // The scaled labels.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Nothing.And(layer.Size("classes"));

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code)
    {
        var scale = layer.Has("scale") ? Literals.Number(layer.Number("scale", 1))
            : layer.Size("classes").Value is { } classes ? Literals.Number(Math.Sqrt(classes)) : $"Math.Sqrt({layer.Size("classes").ToCode()})";
        var text = $"Embeddings.Classes({code.Input}, {code.Field("weight")}, {(layer.Flag("bias", true) ? code.Field("bias") : "null")}, scale: {scale}";
        return Dropout(layer) > 0 ? $"{text}, dropout: training ? {Literals.Number(Dropout(layer))} : 0, context: {code.Context})" : text + ")";
    }

    private static double Dropout(LayerPlan layer) => layer.Number("labelDropout", 0);
}

internal sealed class AugmentEmbedding : LayerKind
{
    public override string Describe(LayerPlan layer) => $"AugmentEmbedding {layer.Size("labels")}→{layer.Size("channels")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("labels", 1, layer.Size("labels"));
        check.AtLeast("channels", 1, layer.Size("channels"));
        Starts.Validate(layer, check);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) =>
        check.Rank(input, 2, "[B, labels]") && check.Axis(input, 1, "labels", layer.Size("labels"))
            ? input.Make(1, layer.Size("channels"), layer.Name)
            : Shape.Unknown;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var (labels, channels) = (layer.Size("labels"), layer.Size("channels"));
        return [new("weight", Starts.Weight(layer, labels, channels), [channels, labels])];
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) => layer.Size("labels") * layer.Size("channels");

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"Fused.Linear({code.Input}, {code.Field("weight")})";
}

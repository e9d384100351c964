using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Linear : LayerKind
{
    public override string Describe(LayerPlan layer) => $"Linear {layer.Size("input")}→{layer.Size("output")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("input", 1, layer.Size("input"));
        check.AtLeast("output", 1, layer.Size("output"));
        Starts.Validate(layer, check);
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank < 2)
        {
            check.Rank(input, 2, "[B, input]");
            return Shape.Unknown;
        }

        return check.Axis(input, input.Rank - 1, "input", layer.Size("input"))
            ? input.Make(input.Rank - 1, layer.Size("output"), layer.Name)
            : Shape.Unknown;
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer)
    {
        var (input, output) = (layer.Size("input"), layer.Size("output"));
        yield return new("weight", Starts.Weight(layer, input, output), [output, input]);
        if (layer.Flag("bias", true))
            yield return new("bias", Starts.Bias(layer, input, output), [output]);
    }

    public override Dim Work(LayerPlan layer, Shape input, Shape output) =>
        output.Sizes.Skip(1).Aggregate(layer.Size("input"), (product, size) => product * size);

    public override FusionRole Fuses(LayerPlan layer) => FusionRole.Linear;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Fused.Linear({code.Input}, {code.Field("weight")}{(layer.Flag("bias", true) ? ", " + code.Field("bias") : "")})";
}

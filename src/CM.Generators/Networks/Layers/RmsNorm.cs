using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class RmsNorm : LayerKind
{
    public override string Describe(LayerPlan layer) => $"RmsNorm {layer.Size("size")}";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("size", 1, layer.Size("size"));
        check.Range("epsilon", layer.Number("epsilon", 1e-5) > 0, "above 0");
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank < 2)
        {
            check.Rank(input, 2, "[B, …, size]");
            return Shape.Unknown;
        }

        return check.Axis(input, input.Rank - 1, "size", layer.Size("size")) ? input : Shape.Unknown;
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) => [new("weight", "Initializer.Constant(1)", [layer.Size("size")])];

    // The normalised numbers and the factors, too.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Inputs.And(output.Numbers + output.NumbersWithout(output.Rank - 1));

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Norms.RmsNorm({code.Input}, {code.Field("weight")}{(layer.Has("epsilon") ? ", " + Literals.Number(layer.Number("epsilon", 1e-5)) : "")})";
}

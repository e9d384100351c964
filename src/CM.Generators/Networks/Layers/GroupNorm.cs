using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class GroupNorm : LayerKind
{
    public override string Describe(LayerPlan layer) => $"GroupNorm {layer.Size("channels")} in {layer.Size("groups")} groups";

    public override void Validate(LayerPlan layer, LayerCheck check)
    {
        check.AtLeast("groups", 1, layer.Size("groups"));
        check.AtLeast("channels", 1, layer.Size("channels"));
        check.Range("epsilon", layer.Number("epsilon", 1e-5) > 0, "above 0");
        check.Divides("groups", layer.Size("groups"), "channels", layer.Size("channels"));
    }

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check)
    {
        if (input.Rank < 2)
        {
            check.Rank(input, 4, "[B, channels, …]");
            return Shape.Unknown;
        }

        return check.Axis(input, 1, "channels", layer.Size("channels")) ? input : Shape.Unknown;
    }

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) => ParameterPlan.ScaleAndShift(layer.Size("channels"));

    // Means and deviations, too.
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Inputs.And(layer.Size("groups") * 2);

    public override FusionRole Fuses(LayerPlan layer) => FusionRole.GroupNorm;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"Norms.Group({code.Input}, {layer.Size("groups").ToCode()}, {code.Field("weight")}, {code.Field("bias")}{(layer.Has("epsilon") ? ", " + Literals.Number(layer.Number("epsilon", 1e-5)) : "")})";
}

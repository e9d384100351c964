using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class LearnedGain : LayerKind
{
    public override string Describe(LayerPlan layer) => "LearnedGain";

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override IEnumerable<ParameterPlan> Parameters(LayerPlan layer) => [new("gain", "Initializer.Constant(0)", [], InFloat32: true)];

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) => $"{code.Input} * {code.Field("gain")}";
}

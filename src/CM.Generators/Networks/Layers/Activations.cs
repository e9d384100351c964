using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

/// <summary>An activation, element by element.</summary>
internal abstract class Activation : LayerKind
{
    public override string Describe(LayerPlan layer) => layer.Kind;

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.{layer.Kind.ToLowerInvariant()}({code.Input})";
}

/// <summary>An activation whose derivative follows from its result.</summary>
internal abstract class ActivationOfResult : Activation
{
    public override SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Outputs;
}

internal sealed class ReLU : ActivationOfResult;

internal sealed class SiLU : Activation
{
    public override FusionRole Fuses(LayerPlan layer) => FusionRole.SiLU;
}

internal sealed class GELU : Activation;

internal sealed class Tanh : ActivationOfResult;

internal sealed class Sigmoid : ActivationOfResult;

internal sealed class Softplus : Activation;

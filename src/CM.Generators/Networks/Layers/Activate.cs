using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks.Layers;

internal sealed class Activate : LayerKind
{
    public override string Describe(LayerPlan layer) => layer.Text("function");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override Kept Keep(LayerPlan layer, Shape input, Shape output) => layer.Text("function") is "ReLU" or "Tanh" or "Sigmoid" ? Kept.Outputs : Kept.Inputs;

    public override FusionRole Fuses(LayerPlan layer) => layer.Text("function") == "SiLU" ? FusionRole.SiLU : FusionRole.None;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.{layer.Text("function").ToLowerInvariant()}({code.Input})";
}

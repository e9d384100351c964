using CM.Generators.Shapes;

namespace CM.Generators.Layers;

internal sealed class Activate : LayerKind
{
    public override string Describe(LayerPlan layer) => layer.Text("function");

    public override Shape Infer(LayerPlan layer, Shape input, LayerCheck check) => input;

    public override Kept Keep(LayerPlan layer, Shape input, Shape output) => layer.Text("function") is "ReLU" or "Tanh" or "Sigmoid" ? Kept.Outputs : Kept.Inputs;

    public override string Write(LayerPlan layer, Shape input, Shape output, LayerCode code) =>
        $"functional.{layer.Text("function").ToLowerInvariant()}({code.Input})";
}

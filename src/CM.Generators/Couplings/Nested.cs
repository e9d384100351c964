using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>A coupling of CM.Dsl inside another one: minibatch optimal transport, which permutes the noise.</summary>
internal sealed class Nested : PartKind
{
    public override bool Permutes => true;

    public override bool PassesRows => false;

    public override bool ServesSamples => true;

    public override string Describe(LayerPlan part) => "Coupling MinibatchOT";

    public override BlockContract? Contract(LayerPlan part, Shape data) => Takes(part, [data, data], data);

    public override string Write(LayerStep step, CouplingCode code) => $"OptimalTransport.Assign({string.Join(", ", step.Inputs.Select(code.Of))})";
}

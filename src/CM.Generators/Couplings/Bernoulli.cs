using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Couplings;

/// <summary>A choice for each sample. What serves its heads alone is computed for the samples that show heads.</summary>
internal sealed class Bernoulli : PartKind
{
    public override bool IsNamed => true;

    public override bool PassesRows => false;

    public override string Describe(LayerPlan part) => $"Bernoulli {Number(Heads(part))}{(End(part) == Heads(part) ? "" : $" to {Number(End(part))}")}";

    public override BlockContract? Contract(LayerPlan part, Shape data) => Takes(part, [data, data], data);

    public override Finding? Validate(LayerPlan part) =>
        Heads(part) is not (>= 0 and <= 1) ? new Finding("CM1008", part.SiteOf("p"), part.Name, "p", "from 0 to 1")
        : End(part) is not (>= 0 and <= 1) ? new Finding("CM1008", part.SiteOf("end"), part.Name, "End", "from 0 to 1")
        : null;

    public override (string Value, string Remark)? Draw(LayerPlan part, CouplingCode code) =>
        ($"rand(count, device: Setup.Device).lt({Probability(part)})", $"{part.Name} shows heads, [B]");

    public override string Write(LayerStep step, CouplingCode code) =>
        $"where({code.Field(step.Layer)}.view(-1{code.Frame.Ones}), {code.Of(step.Inputs[0])}, {code.Of(step.Inputs[1])})";

    public override void WriteStatement(LayerStep step, CouplingCode code)
    {
        if (Absorbs(step, code) is not { Count: > 0 } heads)
        {
            base.WriteStatement(step, code);
            return;
        }

        var rows = Liveness.Inputs(heads, step.Inputs[0]).Select(input => $"rows.Select({code.NameOf(input)})");
        code.Assign(step, $"ComputeMasked({code.Field(step.Layer)}, {code.Of(step.Inputs[1])}, rows => {step.Layer.Name}Heads({string.Join(", ", rows)}))", $"heads of {step.Layer.Name}");
    }

    public override IReadOnlyCollection<Step> Absorbs(LayerStep step, CouplingCode code) =>
        code.Liveness.ServingOnly(step, 0, other => PartKind.Of(other)?.PassesRows != false);

    public override void WriteMethods(IReadOnlyCollection<LayerPlan> parts, CouplingCode code)
    {
        foreach (var step in code.Steps.OfType<LayerStep>().Where(step => parts.Contains(step.Layer)))
        {
            if (Absorbs(step, code) is not { Count: > 0 } heads)
                continue;
            var inputs = Liveness.Inputs(heads, step.Inputs[0]).Select(input => "Tensor " + code.NameOf(input));
            code.Writer.Line($"// What {step.Layer.Name} takes where it shows heads; only these samples come in.");
            code.WriteMethod($"private Tensor {step.Layer.Name}Heads({string.Join(", ", inputs)})", heads, step.Inputs[0]);
        }
    }

    private static string Probability(LayerPlan coin)
    {
        var (heads, change) = (Heads(coin), End(coin) - Heads(coin));
        var moved = $"{Number(Math.Abs(change))} * step / Setup.Steps";
        return change == 0 ? Number(heads) : heads == 0 ? moved : $"{Number(heads)} {(change < 0 ? "-" : "+")} {moved}";
    }

    private static double Heads(LayerPlan part) => part.Number("p", 0);

    private static double End(LayerPlan part) => part.Number("end", Heads(part));
}

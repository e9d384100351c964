using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Couplings;

/// <summary>A network that is trained with the model.</summary>
internal sealed class Block : PartKind
{
    public override bool IsNamed => true;

    public override bool IsTrained => true;

    public override bool ServesSamples => true;

    public override string Describe(LayerPlan part) => part.Block is { } block ? $"{block.Name}({string.Join(", ", part.Sizes("arguments"))})" : Name;

    public override BlockContract? Contract(LayerPlan part, Shape data) => part.Block;

    public override IEnumerable<PartModule> Modules(IEnumerable<LayerPlan> parts, CouplingCode code, string weights)
    {
        foreach (var part in parts)
        {
            var (type, given) = (code.TypeOf(part.Block!), string.Join(", ", part.Sizes("arguments").Select(size => size.ToCode())));
            yield return new(type, code.Field(part), $"new {type}({(given.Length > 0 ? given + ", " : "")}{code.In(weights)}.Block({Quote(part.Name)}))",
                $".AddAuxiliary({Quote(part.Name)}, {type}.Layout({given}))");
        }
    }

    // Times are float64.
    public override string Write(LayerStep step, CouplingCode code) =>
        $"{code.Field(step.Layer)}.forward({string.Join(", ", step.Inputs.Select(code.InFloat32))})";

    public override void WriteStatement(LayerStep step, CouplingCode code)
    {
        if (code.Frame.Low is not { } low)
        {
            base.WriteStatement(step, code);
        }
        else if (step.Outputs.Count == 1)
        {
            code.Assign(step, Write(step, code) + ".to(float32)");
        }
        else
        {
            string[] names = [.. step.Outputs.Select(output => code.NameOf(output).TrimStart('@') + "Low")];
            code.Line($"var ({string.Join(", ", names)}) = {Write(step, code)};", $"{code.ShapesOf(step)}, {low}");
            code.Writer.Line($"var {code.Made(step)} = ({string.Join(", ", names.Select(name => name + ".to(float32)"))});");
        }
    }
}

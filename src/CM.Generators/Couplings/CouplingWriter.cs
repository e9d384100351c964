using CM.Generators.Networks;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>Writes a coupling's part: its parts as values.</summary>
internal static class CouplingWriter
{
    public static string Write(CouplingPlan plan)
    {
        var data = CouplingChecker.DataShape(plan);
        var coupling = CouplingChecker.Check(plan, data);
        var published = coupling.HasErrors || plan.Text.Length == 0 ? "" : $"[Couple({Literals.Quote(plan.Text)})]\n";
        return CodeWriter.File(
            $"{plan.Record.Name}: {(coupling.HasErrors ? "does not fit together yet" : "how data meet noise; the pairing is in the experiments that use it")}",
            plan.Record, published, ["CM.Dsl"], code =>
            {
                foreach (var part in plan.Own)
                {
                    var (kind, inputs, outputs, count) = Describe(plan, part, coupling, data);
                    var (input, output) = (string.Join(", ", inputs), string.Join(", ", outputs));
                    if (part != plan.Own[0])
                        code.Line();
                    code.Line($"/// <summary>{(part.Documentation.Length > 0 ? part.Documentation + "<br/>" : "")}{Literals.Xml(output.Length > 0 ? $"{kind} · {input} → {output}" : kind)}</summary>");
                    code.Line($"{part.Modifiers} Layer {Literals.Escape(part.Name)} => new({string.Join(", ", new[] { part.Name, kind, input, output }.Select(Literals.Quote))}, {count.Value ?? -1});");
                }
            });
    }

    private static (string Kind, IEnumerable<Shape> Inputs, IEnumerable<Shape> Outputs, Dim Count) Describe(CouplingPlan plan, LayerPlan part, CheckedNetwork coupling, Shape data)
    {
        if (plan.Nested.FirstOrDefault(nested => nested.Layer == part.Name) is { } nested)
            return ($"Coupling {nested.Name}", [data, data], [data, data], nested.Plan is null ? 0 : CouplingChecker.Check(nested.Plan, data).Count);
        var layer = coupling.Layers.First(each => each.Layer.Name == part.Name);
        return (PartKind.Find(part.Kind)?.Describe(part) ?? layer.Kind, layer.Inputs, layer.Outputs, layer.Count);
    }
}

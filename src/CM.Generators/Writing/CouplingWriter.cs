using CM.Generators.Couplings;
using CM.Generators.Shapes;

namespace CM.Generators.Writing;

/// <summary>Writes a coupling's part: its parts as values.</summary>
internal static class CouplingWriter
{
    public static string Write(CheckedNetwork coupling) => CodeWriter.File(
        $"{coupling.Plan.Record.Name}: {(coupling.HasErrors ? "does not fit together yet" : "how data meet noise; the pairing is in the experiments that use it")}",
        coupling.Plan.Record, $"partial record {coupling.Plan.Record.Name}", ["CM.Dsl"], code =>
        {
            for (var i = 0; i < coupling.Layers.Count; i++)
            {
                var part = coupling.Layers[i];
                var kind = PartKind.Find(part.Layer.Kind)?.Describe(part.Layer) ?? part.Kind;
                var (input, output) = (string.Join(", ", part.Inputs), string.Join(", ", part.Outputs));
                if (i > 0)
                    code.Line();
                code.Line($"/// <summary>{(part.Layer.Documentation.Length > 0 ? part.Layer.Documentation + "<br/>" : "")}{CodeWriter.Xml(output.Length > 0 ? $"{kind} · {input} → {output}" : kind)}</summary>");
                code.Line($"{part.Layer.Modifiers} Part {part.Layer.Name} => new({string.Join(", ", new[] { part.Layer.Name, kind, input, output }.Select(CodeWriter.Quote))}, {part.Count.Value ?? -1});");
            }
        });
}

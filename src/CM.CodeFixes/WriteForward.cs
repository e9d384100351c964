using System.Collections.Immutable;
using System.Composition;
using CM.Generators.Core;
using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace CM.CodeFixes;

/// <summary>
/// Writes a <c>Forward</c> that pipes the layers in order, with shapes that the checker has followed through them where it can.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(WriteForward)), Shared]
public sealed class WriteForward : DeclarationFix
{
    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CM1002"];

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence)
    {
        var plan = NetworkReader.Read(occurrence.Type, new SourceSites(), occurrence.Cancellation);
        var tries = Inputs(plan).Select(sizes => (Input: Shape.Of(sizes), Checked: NetworkChecker.Check(plan with { Chain = new("x", sizes.ToEquatable(), plan.Site), Findings = [] }))).ToArray();
        var (input, network) = tries.FirstOrDefault(each => !each.Checked.HasErrors && each.Checked.OutputShapes.All(shape => !shape.IsUnknown));
        var (into, outOf) = network is null ? (tries[0].Input, tries[0].Input) : (input, network.OutputShapes.First());
        yield return new("Write Forward", nameof(WriteForward), occurrence.Record.SyntaxTree, Edit.AddMembers(occurrence.Record,
            $"[return: {Attribute(outOf)}]",
            $"private Value Forward([{Attribute(into)}] Value x) => x{string.Concat(plan.Layers.Select(layer => " | " + Literals.Escape(layer.Name)))};"));
    }

    // Candidates for the first layer's input: a block says it; others name a number of channels, of vectors or of images, or take one
    // number a sample.
    private static IEnumerable<Dim[]> Inputs(NetworkPlan plan)
    {
        if (plan.Layers.FirstOrDefault() is not { } first)
            return [[Batch]];
        if (first.Block is { Inputs.Count: 1 } block)
        {
            var given = block.Parameters.Zip(first.Sizes("arguments"), (name, size) => (name, size)).ToDictionary(each => each.name, each => each.size);
            return [[.. block.Inputs[0].With(given).Axes.Select(axis => axis.Size)]];
        }

        Dim[] numbers = [.. first.Arguments.SelectMany(argument => argument.Sizes)];
        return [.. numbers.Select(channels => new[] { Batch, channels }), .. numbers.Select(channels => new[] { Batch, channels, Dim.Of("H"), Dim.Of("W") }), [Batch]];
    }

    private static Dim Batch => Dim.Of("B");

    private static string Attribute(Shape shape) => $"Shape({string.Join(", ", shape.Axes.Select(axis => axis.Size.Value is { } number ? number.ToString() : $"\"{axis.Size}\""))})";
}

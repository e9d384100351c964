using System.Collections.Immutable;
using System.Composition;
using CM.Generators.Core;
using CM.Generators.Diagnostics;
using CM.Generators.Experiments;
using CM.Generators.Experiments.Axes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using static CM.Generators.Core.Literals;

namespace CM.CodeFixes;

/// <summary>
/// Names a part that an experiment lacks: usual numbers, or the networks, schedules and data that there are and that fit.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddExperimentPart)), Shared]
public sealed class AddExperimentPart : DeclarationFix
{
    private const int MostOffers = 3;

    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CM5002"];

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence) =>
        occurrence.Record.AttributeLists.Count == 0 ? [] : Offers(occurrence, Finding.HintsOf(occurrence.Diagnostic)).Where(edit => Fits(occurrence, edit)).Take(MostOffers);

    // The first hint is the axis; attributes of its kinds follow.
    private static IEnumerable<Edit> Offers(Occurrence occurrence, string[] hints)
    {
        return hints[0] switch
        {
            "data" => Types("IDataSource").Select(type => Named($"Data<{type}>")),
            "model" => Types("NetworkAttribute").Select(type => Named($"Model<{type}>")),
            "times" => Types("TimeScheduleAttribute").Select(type => Named($"Schedule<{type}>")),
            "coupling" => [Named("Coupling<Independent>")],
            "sampling times" => [Named($"MultistepSampler({Number(LastTime(occurrence.Type))})")],
            "steps" => Argument("Steps = 10_000"),
            "batch" => Argument("Batch = 128"),
            _ => hints.Skip(1).Select(Named),
        };

        Edit Named(string attribute) => With($"[{attribute}]", Edit.AddAttribute(occurrence.Record, attribute));

        IEnumerable<Edit> Argument(string text)
        {
            if (AttributeReader.Declared(occurrence.Type, "ExperimentAttribute")?.ApplicationSyntaxReference?.GetSyntax(occurrence.Cancellation) is not AttributeSyntax attribute
                || attribute.SyntaxTree != occurrence.Record.SyntaxTree)
                return [];
            return [With(text, attribute.ArgumentList is not { } list ? Edit.Insert(attribute.Span.End, $"({text})")
                : Edit.Insert(list.CloseParenToken.SpanStart, list.Arguments.Count == 0 ? text : ", " + text))];
        }

        Edit With(string text, TextChange change) => new($"Add {text} to '{occurrence.Type.Name}'", $"{nameof(AddExperimentPart)} {text}", occurrence.Record.SyntaxTree, change);

        IEnumerable<string> Types(string mark) => Declared(occurrence.Model.Compilation.Assembly.GlobalNamespace).Concat(
                occurrence.Model.Compilation.GetTypeByMetadataName("CM.Dsl." + ExperimentLine.Attribute) is { } dsl ? Declared(dsl.ContainingNamespace) : [])
            .Where(type => !type.IsAbstract && type.TypeParameters.Length == 0 && (AttributeReader.Declared(type, mark) is not null || type.AllInterfaces.Any(each => AttributeReader.DslName(each) == mark)))
            .Select(type => type.ToMinimalDisplayString(occurrence.Model, occurrence.Record.SpanStart)).Distinct();
    }

    private static IEnumerable<INamedTypeSymbol> Declared(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(Declared));

    // Samples start at the schedule's last time.
    private static double LastTime(INamedTypeSymbol experiment)
    {
        for (var each = experiment; each is not null; each = each.BaseType)
        {
            if (AttributeReader.Declared(each, "ScheduleAttribute")?.AttributeClass!.TypeArguments.FirstOrDefault() is { } times
                && AttributeReader.Declared(times, "TimeScheduleAttribute") is { ConstructorArguments.Length: > 1 } schedule)
                return AttributeReader.Real(schedule.ConstructorArguments[1]);
        }

        return 80;
    }

    // An offer must leave less to complain about than there was.
    private static bool Fits(Occurrence occurrence, Edit edit)
    {
        var tree = edit.Apply(occurrence.Cancellation);
        var edited = occurrence.Model.Compilation.ReplaceSyntaxTree(edit.Tree, tree);
        // The edit stands before the record's name.
        var moved = occurrence.Record.Identifier.SpanStart + edit.Changes.Sum(change => change.NewText!.Length - change.Span.Length);
        return tree.GetRoot(occurrence.Cancellation).FindToken(moved).Parent is TypeDeclarationSyntax record
            && edited.GetSemanticModel(tree).GetDeclaredSymbol(record, occurrence.Cancellation) is INamedTypeSymbol type
            && Findings(type) < Findings(occurrence.Type);

        int Findings(INamedTypeSymbol type) => ExperimentReader.Read(type, new SourceSites(), occurrence.Cancellation)?.Findings.Count ?? int.MaxValue;
    }
}

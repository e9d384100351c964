using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace CM.CodeFixes;

/// <summary>
/// Adds <c>ITimeSchedule</c> to a schedule, and the formulas it lacks: variance exploding, with a teacher at half the time.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(ImplementSchedule)), Shared]
public sealed class ImplementSchedule : DeclarationFix
{
    /// <inheritdoc />
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CM4002"];

    private protected override IEnumerable<Edit> Edits(Occurrence occurrence)
    {
        var record = occurrence.Record;
        var changes = new List<TextChange>
        {
            record.BaseList is { } bases ? Edit.Insert(bases.Span.End, ", ITimeSchedule")
                : Edit.Insert((record.ParameterList ?? (SyntaxNode?)record.TypeParameterList)?.Span.End ?? record.Identifier.Span.End, " : ITimeSchedule"),
        };

        var formulas = new List<string>();
        Add("public static double Alpha(double t) => 1;", "Alpha");
        Add("public static double Sigma(double t) => t;", "Sigma");
        Add("public static double TeacherTime(double t, int stage) => 0.5 * t;", "TeacherTime", "Discretization", "Intervals");
        if (formulas.Count > 0)
            changes.Add(Edit.AddMembers(record, [.. formulas.SelectMany((formula, i) => i == 0 ? new[] { formula } : ["", formula])]));
        yield return new("Implement ITimeSchedule", nameof(ImplementSchedule), record.SyntaxTree, [.. changes]);

        void Add(string formula, params string[] unless)
        {
            if (unless.All(name => occurrence.Type.GetMembers(name).IsEmpty))
                formulas.Add(formula);
        }
    }
}

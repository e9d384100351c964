using CM.Generators.Experiments.Parts;
using CM.Generators.Networks;
using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TorchSharp;

namespace CM.Generators.Tests.Mutations;

/// <summary>
/// The checker against the truth: valid networks are edited at one place, run on libtorch for several sizes, and what the checker says
/// is compared with what happened. What it lets pass is also run as generated. The table is docs/mutation-score.md.
/// </summary>
public sealed class MutationTests
{
    // Edits taken from a network, the kinds in turn.
    private const int EditsOfANetwork = 24;

    [Fact]
    public void The_checker_says_what_libtorch_does()
    {
        var (compilation, trials) = Declare();
        Source.NewDriver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var complaints);
        complaints.ShouldBeEmpty();
        using var bytes = new MemoryStream();
        var written = output.Emit(bytes);
        written.Success.ShouldBeTrue(string.Join('\n', written.Diagnostics.Where(complaint => complaint.Severity == DiagnosticSeverity.Error).Take(20)));
        var emitted = Emitted.From(bytes.ToArray());

        Parallel.ForEach(trials, trial =>
        {
            using var scope = torch.NewDisposeScope();
            using var _ = torch.no_grad();
            trial.Run(emitted);
        });

        var score = new MutationScore([.. trials.Where(trial => trial.Mutant is not null)]);
        string[] wrong = [.. trials.Where(trial => trial.Verdict is not (Verdict.Found or Verdict.Passed)).Select(trial => trial.ToString())];
        wrong.ShouldBeEmpty(string.Join("\n\n", wrong.Take(20)));
        trials.Where(trial => trial.Mutant is null).ShouldAllBe(trial => trial.Verdict == Verdict.Passed);
        score.Edits.ShouldBeGreaterThanOrEqualTo(300);
        score.Located.ShouldBeGreaterThanOrEqualTo(0.9, string.Join("\n\n", trials.Where(trial => trial.Verdict == Verdict.Found && !trial.IsLocated).Select(trial => trial.ToString())));
        score.ShouldMatch(Path.Combine(Repository.Root, "docs", "mutation-score.md"));
    }

    private static (Compilation Compilation, IReadOnlyList<Trial> Trials) Declare()
    {
        var declared = Corpus.All.SelectMany(origin => InTurn(Mutator.Edit(origin)).Take(EditsOfANetwork).Prepend(null).Select(mutant => (Origin: origin, Mutant: mutant))).ToArray();
        var compilation = Source.Compile([.. declared.Select((each, i) => $"using CM.Dsl; namespace M{i:0000};\n{each.Mutant?.Text ?? each.Origin.Text}")]);
        var trees = compilation.SyntaxTrees.ToArray();

        // What C# itself refuses is none of the checker's business; that layers are not implemented yet (CS9248) is the generator's.
        var refused = compilation.GetDiagnostics().Where(complaint => complaint.Severity == DiagnosticSeverity.Error && complaint.Id != "CS9248").Select(complaint => complaint.Location.SourceTree!).ToHashSet();
        compilation = compilation.RemoveSyntaxTrees(refused);
        var findings = compilation.WithAnalyzers([new NetworkAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult().ToLookup(finding => finding.Location.SourceTree);
        return (compilation, [.. declared.Zip(trees).Where(pair => !refused.Contains(pair.Second))
            .Select(pair => new Trial(pair.First.Mutant, pair.First.Origin, pair.Second, compilation.GetSemanticModel(pair.Second), [.. findings[pair.Second]]))]);
    }

    // One of each kind, then the next of each: the first of a kind, the last, the middle, …
    private static IEnumerable<Mutant> InTurn(IReadOnlyList<Mutant> mutants) =>
        mutants.GroupBy(mutant => mutant.Kind).SelectMany(kind => kind.Select((mutant, i) => (mutant, Turn: (long)i * 7919 % kind.Count()))).OrderBy(each => each.Turn).Select(each => each.mutant);
}

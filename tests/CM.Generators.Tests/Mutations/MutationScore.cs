using System.Globalization;
using System.Text;

namespace CM.Generators.Tests.Mutations;

/// <summary>The counts of the table.</summary>
internal sealed class MutationScore(IReadOnlyList<Trial> trials)
{
    private static readonly (string Name, Func<Trial, bool> Counts)[] Columns =
    [
        ("edits", _ => true), ("wrong", trial => trial.IsWrong), ("found", trial => trial.Verdict == Verdict.Found), ("missed", trial => trial.Verdict == Verdict.Missed),
        ("false alarms", trial => trial.Verdict == Verdict.FalseAlarm), ("fit for some sizes", trial => trial.Verdict == Verdict.Passed && trial.Findings.Any(finding => finding.Id == "CM2009")),
        ("located", trial => trial.Verdict == Verdict.Found && trial.IsLocated),
    ];

    public int Edits => trials.Count;

    /// <summary>The share of the errors found that point at the edit.</summary>
    public double Located => (double)trials.Count(trial => trial.Verdict == Verdict.Found && trial.IsLocated) / trials.Count(trial => trial.Verdict == Verdict.Found);

    /// <summary>Compares with the page; <c>ACCEPT_SNAPSHOTS=1</c> writes it.</summary>
    public void ShouldMatch(string page)
    {
        if (Environment.GetEnvironmentVariable("ACCEPT_SNAPSHOTS") == "1")
            File.WriteAllText(page, ToString());
        File.Exists(page).ShouldBeTrue($"There is no {page}. Run this test once with ACCEPT_SNAPSHOTS=1.");
        File.ReadAllText(page).ReplaceLineEndings("\n").ShouldBe(ToString(), $"{page}; ACCEPT_SNAPSHOTS=1 accepts the new table");
    }

    public override string ToString()
    {
        var text = new StringBuilder("""
            # Mutation score of the shape checker

            Valid networks are edited at one place each: a number, an option, a layer, a stage, a skip, a tuple, a shape. Every network that C#
            still accepts is run on libtorch by an interpreter of the declaration that knows neither the checker nor the generated code, for
            several batches and, where axes are open, several heights and widths. The checker's verdict is compared with what happened; what it
            lets pass is also run as generated and must give the same numbers.

            * *wrong*: libtorch refuses it, or a result has another shape than declared, or it says something that the documentation of a layer rules out.
            * *found*: wrong, and the checker reports an error. *missed*: wrong, and it does not. *false alarm*: not wrong, and it does.
            * *fit for some sizes*: passed with the warning CM2009, and the network runs for exactly the sizes that the warning names.
            * *located*: found, and a place of the error is on an edited line, or its message names a layer, an input or a local that was edited.

            The table is written and checked by `tests/CM.Generators.Tests/Mutations`.


            """.ReplaceLineEndings("\n"));
        Write(text, "Kind of edit", trials.GroupBy(trial => trial.Mutant!.Kind).OrderBy(group => group.Key, StringComparer.Ordinal));
        Write(text.Append('\n'), "Network", trials.GroupBy(trial => trial.Declared.Name));
        return text.ToString();
    }

    private void Write(StringBuilder text, string title, IEnumerable<IGrouping<string, Trial>> groups)
    {
        text.Append($"| {title} | {string.Join(" | ", Columns.Select(column => column.Name))} |\n|---|{string.Concat(Columns.Select(_ => "---:|"))}\n");
        foreach (var group in groups)
            text.Append(Row(group.Key, group));
        text.Append(Row("**all**", trials));
        text.Append(CultureInfo.InvariantCulture, $"\nLocated: {Located:P1} of the errors found.\n");
    }

    private static string Row(string name, IEnumerable<Trial> trials) => $"| {name} | {string.Join(" | ", Columns.Select(column => trials.Count(column.Counts)))} |\n";
}

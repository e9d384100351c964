using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CM.Cli;

/// <summary>The table of a comparison, for people, for documents, and for programs.</summary>
internal static class ComparisonTable
{
    /// <summary>Header and rows; cells of several seeds are mean ± deviation.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Cells(IReadOnlyList<ComparedRow> rows)
    {
        var counts = rows[0].Runs[0].Judged.Select(judged => judged.Steps).ToList();
        return
        [
            [
                "Experiment", "Data", "Coupling", "Steps", "1-step at ¼", "at ½", "at ¾", .. counts.Select(count => $"{count}-step"),
                "Transport", "Gradient variance",
            ],
            .. rows.Select(IReadOnlyList<string> (row) =>
            [
                row.Experiment,
                row.Data,
                row.Coupling,
                $"{row.Steps:N0}",
                .. Enumerable.Range(0, row.Runs[0].Early.Count).Select(mark => Spread(row.Runs.Select(run => run.Early[mark]))),
                .. counts.Select((_, i) => Spread(row.Runs.Select(run => (double?)run.Judged[i].Distance))),
                Spread(row.Runs.Select(run => (double?)run.Costs.Transport)),
                Spread(row.Runs.Select(run => (double?)run.Costs.GradientVariance)),
            ]),
        ];
    }

    /// <summary>Rows whose distances can be compared.</summary>
    public static IEnumerable<IReadOnlyList<ComparedRow>> ByMetric(IReadOnlyList<ComparedRow> rows) =>
        rows.GroupBy(Metric).Select(group => group.ToList());

    /// <summary>Distances of the rows of one metric.</summary>
    public static string Caption(IReadOnlyList<ComparedRow> rows) =>
        $"{Metric(rows[0]).Replace('_', ' ')} to the data, {rows[0].Runs.Count} seed{(rows[0].Runs.Count == 1 ? "" : "s")}";

    /// <summary>A page with the tables and a picture a row.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="command">Command that wrote it.</param>
    /// <param name="rows">The rows.</param>
    public static string Markdown(string title, string command, IReadOnlyList<ComparedRow> rows)
    {
        var text = new StringBuilder($"# {title}\n\n`{command}`\n");
        foreach (var table in ByMetric(rows))
        {
            var cells = Cells(table);
            text.Append($"\n{Caption(table)}.\n\n| {string.Join(" | ", cells[0])} | Samples "
                + $"|\n|{string.Concat(Enumerable.Repeat("---|", cells[0].Count + 1))}\n");
            foreach (var (row, line) in table.Zip(cells.Skip(1)))
                text.Append($"| {string.Join(" | ", line)} | ![{row.Experiment}]({row.Picture}) |\n");
        }
        return text.ToString();
    }

    /// <summary>All numbers.</summary>
    public static JsonArray Json(IReadOnlyList<ComparedRow> rows) => new([.. rows.Select(row => new JsonObject
    {
        ["experiment"] = row.Experiment,
        ["data"] = row.Data,
        ["metric"] = Metric(row),
        ["coupling"] = row.Coupling,
        ["steps"] = row.Steps,
        ["picture"] = row.Picture,
        ["runs"] = new JsonArray([.. row.Runs.Select(run => new JsonObject
        {
            ["judged"] = new JsonObject(run.Judged.Select(judged => KeyValuePair.Create($"{judged.Steps}", (JsonNode?)judged.ToJson()))),
            ["early"] = new JsonArray(
                [.. run.Early.Select(distance => distance is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null)]),
            ["transport"] = run.Costs.Transport,
            ["gradient_variance"] = run.Costs.GradientVariance,
            ["seconds"] = run.Seconds,
        })]),
    })]);

    private static string Metric(ComparedRow row) => row.Runs[0].Judged[0].Values[0].Key;

    private static string Spread(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToList();
        if (known.Count == 0)
            return "";
        var mean = known.Average();
        return known.Count == 1
            ? Short(mean)
            : $"{Short(mean)} ± {Short(Math.Sqrt(known.Sum(value => (value - mean) * (value - mean)) / (known.Count - 1)))}";
    }

    private static string Short(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}

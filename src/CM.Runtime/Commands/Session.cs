using System.Text.Json.Nodes;
using Spectre.Console;

namespace CM.Runtime;

/// <summary>What commands work with: the experiments, and where to write.</summary>
internal sealed class Session
{
    private readonly IAnsiConsole console;

    public Session(Registry registry, TextWriter output)
    {
        Registry = registry;
        Output = output;
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
    }

    public Registry Registry { get; }

    public TextWriter Output { get; }

    /// <summary>Finds an experiment.</summary>
    /// <exception cref="UserError">There is none; the nearest name is suggested.</exception>
    public Experiment Experiment(string name) =>
        Registry.Experiments.FirstOrDefault(experiment => experiment.Plan.Name == name)
        ?? throw Unknown("experiment", name, Registry.Experiments.Select(experiment => experiment.Plan.Name));

    /// <summary>Finds a classifier.</summary>
    /// <exception cref="UserError">There is none; the nearest name is suggested.</exception>
    public ClassifierPlan Classifier(string name) =>
        Registry.Classifiers.FirstOrDefault(classifier => classifier.Name == name)
        ?? throw Unknown("classifier", name, Registry.Classifiers.Select(classifier => classifier.Name));

    /// <summary>An error that suggests the nearest name.</summary>
    public static UserError Unknown(string kind, string name, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return new UserError(names.Count == 0
            ? $"There is no {kind} '{name}': none is declared in this program."
            : $"There is no {kind} '{name}'; did you mean '{Nearest.To(name, names)}'? There are: {string.Join(", ", names)}.");
    }

    /// <summary>The display that suits the output.</summary>
    public Display Display(bool json) =>
        json ? new JsonDisplay(Output)
        : console.Profile.Out.IsTerminal && console.Profile.Capabilities is { Interactive: true, Ansi: true } ? new LiveDisplay(console)
        : new PlainDisplay(Output);

    /// <summary>Writes one line of JSON.</summary>
    public void Write(JsonObject json) => Output.WriteLine(JsonText.Line(json));

    /// <summary>Writes a table: columns as wide as they need to be, the last one to the end of its text.</summary>
    public void Write(params IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = rows.ToList();
        var widths = Enumerable.Range(0, table[0].Count).Select(column => table.Max(row => row[column].Length)).ToList();
        foreach (var row in table)
            Output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}

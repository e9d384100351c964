using System.Text.Json.Nodes;
using Spectre.Console;

namespace CM.Cli;

/// <summary>Context of the commands: the experiments and the output.</summary>
internal sealed class Session
{
    private readonly IAnsiConsole console;

    public Session(Registry registry, TextWriter output)
    {
        Registry = registry.WithUniqueNames();
        Output = output;
        console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
    }

    public Registry Registry { get; }

    public TextWriter Output { get; }

    /// <summary>Finds an experiment.</summary>
    /// <exception cref="UserError">There is none, or there are several; says which there are.</exception>
    public Experiment Experiment(string name) =>
        Find("experiment", name, Registry.Experiments, experiment => (experiment.Plan.Name, experiment.Plan.FullName));

    /// <summary>Finds the experiment of a run. If others have its name by now, the declaration tells which it was.</summary>
    /// <exception cref="UserError">There is none, or there are several.</exception>
    public Experiment Experiment(TrainingState state) =>
        Registry.Experiments.Where(experiment => state.IsOf(experiment.Plan)).ToList() is [var only] ? only : Experiment(state.Experiment);

    /// <summary>Finds a classifier.</summary>
    /// <exception cref="UserError">There is none, or there are several; says which there are.</exception>
    public ClassifierPlan Classifier(string name) =>
        Find("classifier", name, Registry.Classifiers, classifier => (classifier.Name, classifier.FullName));

    /// <summary>Finds what is declared under a name, simple or full.</summary>
    /// <param name="kind">The kind of declaration, in words.</param>
    /// <param name="name">The name that the user gave.</param>
    /// <param name="declared">All of that kind.</param>
    /// <param name="names">The unique name and the full one.</param>
    /// <exception cref="UserError">There is none, or there are several; says which there are.</exception>
    public static T Find<T>(string kind, string name, IReadOnlyCollection<T> declared, Func<T, (string Name, string FullName)> names)
    {
        var found = declared.Where(each => names(each).Name == name || names(each).FullName == name).ToList();
        if (found.Count == 0)
            found = [.. declared.Where(each => names(each).FullName.EndsWith("." + name, StringComparison.Ordinal))];
        if (found.Count == 0)
            throw Unknown(kind, name, declared.Select(each => names(each).Name));
        if (found.Count == 1)
            return found[0];
        var choices = found.Select(each => names(each).FullName).Order(StringComparer.Ordinal);
        throw new UserError($"There is more than one {kind} '{name}'; give the full name: {string.Join(", ", choices)}.");
    }

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

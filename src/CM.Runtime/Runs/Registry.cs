namespace CM.Runtime;

/// <summary>All experiments and networks of a program.</summary>
/// <param name="Experiments">Experiments, full names unique.</param>
/// <param name="Networks">Networks, full names unique.</param>
public sealed record Registry(IReadOnlyList<Experiment> Experiments, IReadOnlyList<NetworkPlan> Networks)
{
    /// <summary>Classifiers, full names unique.</summary>
    public IReadOnlyList<ClassifierPlan> Classifiers { get; init; } = [];

    /// <summary>The same declarations under names that are unique: the full one where several share the simple one.</summary>
    internal Registry WithUniqueNames()
    {
        var names = Unique(Experiments.Select(experiment => (experiment.Plan.Name, experiment.Plan.FullName)));
        var networks = Unique(Networks.Select(network => (network.Name, network.FullName)));
        var classifiers = Unique(Classifiers.Select(classifier => (classifier.Name, classifier.FullName)));
        return new(
            [.. Experiments.Select(experiment => experiment with { Plan = Renamed(experiment.Plan) })],
            [.. Networks.Select(network => network with { Name = networks[network.FullName], FullName = network.FullName })])
        {
            Classifiers = [.. Classifiers.Select(Judge)],
        };

        ExperimentPlan Renamed(ExperimentPlan plan) => plan with
        {
            Name = names[plan.FullName],
            FullName = plan.FullName,
            Origin = plan.Origin is { Experiment: var origin }
                ? plan.Origin with { Experiment = names.GetValueOrDefault(origin, origin) }
                : null,
            Evaluation = plan.Evaluation is { Classifier: { } judge }
                ? plan.Evaluation with { Classifier = Judge(judge) }
                : plan.Evaluation,
        };

        ClassifierPlan Judge(ClassifierPlan plan) =>
            plan with { Name = classifiers.GetValueOrDefault(plan.FullName, plan.Name), FullName = plan.FullName };
    }

    // The unique names by the full ones.
    private static Dictionary<string, string> Unique(IEnumerable<(string Name, string FullName)> declared) => declared.Distinct()
        .GroupBy(each => each.Name)
        .SelectMany(same => same.Select(each => (each.FullName, Name: same.Count() == 1 ? each.Name : each.FullName)))
        .ToDictionary(each => each.FullName, each => each.Name);
}

using CM.Generators.Couplings;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments;

/// <summary>Everything an assembly declares, by full name.</summary>
/// <param name="Assembly">Its name.</param>
/// <param name="Experiments">Those that can run.</param>
/// <param name="Networks">Those without parameters.</param>
/// <param name="Classifiers">Networks with features that can be trained.</param>
/// <param name="Referenced">The lists of referenced assemblies, by the name of their class.</param>
internal sealed record DeclaredRegistry(string Assembly, EquatableArray<DeclaredExperiment> Experiments, EquatableArray<string> Networks, EquatableArray<string> Classifiers, EquatableArray<string> Referenced)
{
    private const string Prefix = "Declarations_";

    /// <summary>The class that lists what this assembly declares.</summary>
    public string ListName => Prefix + Identifier(Assembly);

    public bool IsEmpty => Experiments.Count + Networks.Count + Referenced.Count == 0;

    /// <summary>The lists of the assemblies that a compilation references.</summary>
    public static EquatableArray<string> FindReferenced(Compilation compilation, CancellationToken cancellation)
    {
        var lists = new List<string>();
        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!assembly.NamespaceNames.Contains("Generated"))
                continue;
            var list = Prefix + Identifier(assembly.Name);
            if (assembly.GetTypeByMetadataName("CM.Generated." + list) is { DeclaredAccessibility: Accessibility.Public })
                lists.Add(list);
        }

        return lists.ToEquatable();
    }

    // A.B and A_B are two assemblies.
    private static string Identifier(string assembly) =>
        string.Concat(assembly.Select(c => char.IsLetterOrDigit(c) ? $"{c}" : c == '.' ? "_" : $"__{(int)c:x}"));
}

internal sealed record DeclaredExperiment(string Name, string Model)
{
    public static DeclaredExperiment? Of(Experiment experiment) =>
        experiment is { IsListed: true, IsAbstract: false, IsPartial: true, Model: { } model } ? new(experiment.Name.FullName, model.FullName) : null;
}

using System.Collections.Immutable;
using CM.Generators.Classifiers;
using CM.Generators.Diagnostics;
using CM.Generators.Experiments.Axes;
using CM.Generators.Incremental;
using CM.Generators.Networks;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Experiments;

/// <summary>Adds to each experiment its plan, training and sampler, and lists all declarations of the assembly.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ExperimentGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var experiments = context.ReadRecords(ExperimentLine.Attribute, static (type, cancellation) => ExperimentReader.Read(type, new SourceSites(), cancellation))
            .WithTrackingName(StepNames.ReadExperiment);

        var alike = experiments.Select(static (experiment, _) => experiment.Name.File).FindAlike();

        context.RegisterSourceOutput(experiments.Combine(alike), static (output, found) =>
        {
            var (experiment, alike) = found;
            if (experiment is { IsAbstract: false, IsPartial: true })
                output.AddSource(HintNames.Of("Experiments", experiment.Name.File, alike), ExperimentWriter.Write(experiment));
        });

        var networks = context.ReadRecords(NetworkReader.Attribute, ListedNetwork);

        var classifiers = context.ReadRecords(ClassifierReader.Attribute, ListedNetwork);

        var registry = experiments.Select(static (experiment, _) => DeclaredExperiment.Of(experiment)).Collect()
            .Combine(networks.Collect())
            .Combine(classifiers.Collect())
            .Combine(context.CompilationProvider.Select(static (compilation, cancellation) =>
                (Assembly: compilation.AssemblyName ?? "Unnamed", Referenced: DeclaredRegistry.FindReferenced(compilation, cancellation))))
            .Select(static (found, _) => new DeclaredRegistry(found.Right.Assembly, Present(found.Left.Left.Left), found.Left.Left.Right.ToEquatable(), found.Left.Right.ToEquatable(), found.Right.Referenced))
            .WithTrackingName(StepNames.Register);

        context.RegisterSourceOutput(registry, static (output, registry) =>
        {
            if (!registry.IsEmpty)
                output.AddSource("Declarations.g.cs", RegistryWriter.Write(registry));
        });
    }

    private static string? ListedNetwork(INamedTypeSymbol network, CancellationToken cancellation)
    {
        var hasParameters = network.InstanceConstructors.Any(constructor =>
            constructor.Parameters.Length > 0 && !SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, network));
        return hasParameters || !AttributeReader.IsPartialRecord(network, cancellation) ? null : RecordName.Listed(network);
    }

    private static EquatableArray<T> Present<T>(ImmutableArray<T?> found)
        where T : class => found.OfType<T>().ToEquatable();
}

using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Networks;

/// <summary>Writes a module for every <c>[Network]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var plans = context.ReadRecords(NetworkReader.Attribute, static (type, cancellation) => NetworkReader.Read(type, new SourceSites(), cancellation))
            .WithTrackingName(StepNames.ReadNetwork);

        var alike = plans.SelectMany(static (plan, _) => Expanded(plan).Select(layer => FileOf(plan, layer)).Prepend(plan.Record.File))
            .FindAlike();

        context.RegisterSourceOutput(plans.Combine(alike), static (output, found) =>
        {
            var (plan, alike) = found;
            if (plan.Findings.Any(finding => finding.Rule == "CM1001"))
                return;
            output.AddSource(HintNames.Of("Networks", plan.Record.File, alike), NetworkWriter.Write(NetworkChecker.Check(plan)));
            foreach (var layer in Expanded(plan))
            {
                if (LayerKind.Find(layer.Kind)!.Expand(layer, plan.Record) is { } expansion)
                    output.AddSource(HintNames.Of("Networks", FileOf(plan, layer), alike), NetworkWriter.Write(plan.Record, expansion));
            }
        });
    }

    // Layers that are networks of their own, each in a file of its own.
    private static IEnumerable<LayerPlan> Expanded(NetworkPlan plan) =>
        plan.Layers.Where(layer => layer.Module is not null && LayerKind.Find(layer.Kind) is { IsNetwork: true });

    private static string FileOf(NetworkPlan plan, LayerPlan layer) => $"{plan.Record.File}.{layer.Name}";
}

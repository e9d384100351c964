using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Couplings;

/// <summary>Implements the parts of every <c>[Coupling]</c>; the pairing itself is written into the experiments that use it.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class CouplingGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var plans = context.ReadRecords(CouplingReader.Attribute, static (type, cancellation) => CouplingReader.Read(type, new SourceSites(), cancellation))
            .WithTrackingName(StepNames.ReadCoupling);

        var alike = plans.Select(static (plan, _) => plan.Record.File).FindAlike();

        context.RegisterSourceOutput(plans.Combine(alike), static (output, found) =>
        {
            var (plan, alike) = found;
            if (plan.Own.Count > 0 || plan.Text.Length > 0)
                output.AddSource(HintNames.Of("Couplings", plan.Record.File, alike), CouplingWriter.Write(plan));
        });
    }
}

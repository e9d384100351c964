using CM.Generators.Keystrokes;
using CM.Generators.Layers;
using CM.Generators.Reading;
using CM.Generators.Shapes;
using CM.Generators.Writing;
using Microsoft.CodeAnalysis;

namespace CM.Generators;

/// <summary>Writes a module for every <c>[Network]</c>.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class NetworkGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var plans = context.ReadRecords(NetworkReader.Attribute, static (type, cancellation) => NetworkReader.Read(type, new Sites(), cancellation))
            .WithTrackingName(StepNames.ReadNetwork);

        context.RegisterSourceOutput(plans, static (output, plan) =>
        {
            if (plan.Problems.Any(problem => problem.Rule == "CM1001"))
                return;
            output.AddSource(plan.Record.HintName("Networks"), NetworkWriter.Write(NetworkChecker.Check(plan)));
            foreach (var layer in plan.Layers.Where(layer => layer.Module is not null))
            {
                if (LayerKind.Find(layer.Kind) is UNet net && net.Expand(layer, plan.Record) is { } expansion)
                    output.AddSource(plan.Record.HintName("Networks", layer.Name), NetworkWriter.Write(plan.Record, expansion));
            }
        });
    }
}

using CM.Generators.Reading;
using CM.Generators.Writing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators;

/// <summary>Adds to each time schedule the tensor form of its formulas.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ScheduleGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var schedules = context.SyntaxProvider.ForAttributeWithMetadataName(ScheduleReader.Attribute,
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, cancellation) => ScheduleReader.IsPartialRecord((INamedTypeSymbol)found.TargetSymbol, cancellation)
                    ? ScheduleReader.Read((INamedTypeSymbol)found.TargetSymbol, new Sites(), cancellation)
                    : null)
            .WithTrackingName(StepNames.ReadTimes);

        context.RegisterSourceOutput(schedules, static (output, schedule) =>
        {
            if (schedule is not null)
                output.AddSource(schedule.Name.HintName("Times"), ScheduleWriter.Write(schedule));
        });
    }
}

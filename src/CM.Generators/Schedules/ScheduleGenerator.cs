using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;

namespace CM.Generators.Schedules;

/// <summary>Adds to each time schedule the tensor form of its formulas.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ScheduleGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var schedules = context.ReadRecords(ScheduleReader.Attribute,
                static (type, cancellation) => AttributeReader.IsPartialRecord(type, cancellation) ? ScheduleReader.Read(type, new SourceSites(), cancellation) : null)
            .WithTrackingName(StepNames.ReadTimes);

        var alike = schedules.Select(static (schedule, _) => schedule.Name.File).FindAlike();

        context.RegisterSourceOutput(schedules.Combine(alike), static (output, found) =>
        {
            var (schedule, alike) = found;
            output.AddSource(HintNames.Of("Schedules", schedule.Name.File, alike), ScheduleWriter.Write(schedule));
        });
    }
}

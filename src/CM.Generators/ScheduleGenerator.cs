using CM.Generators.Keystrokes;
using CM.Generators.Reading;
using CM.Generators.Writing;
using Microsoft.CodeAnalysis;

namespace CM.Generators;

/// <summary>Adds to each time schedule the tensor form of its formulas.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ScheduleGenerator : IIncrementalGenerator
{
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var schedules = context.ReadRecords(ScheduleReader.Attribute,
                static (type, cancellation) => ScheduleReader.IsPartialRecord(type, cancellation) ? ScheduleReader.Read(type, new Sites(), cancellation) : null)
            .WithTrackingName(StepNames.ReadTimes);

        context.RegisterSourceOutput(schedules, static (output, schedule) => output.AddSource(schedule.Name.HintName("Times"), ScheduleWriter.Write(schedule)));
    }
}

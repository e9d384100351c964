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

        var alike = schedules.Select(static (schedule, _) => schedule.Name.File).FindAlike();

        context.RegisterSourceOutput(schedules.Combine(alike), static (output, found) =>
        {
            var (schedule, alike) = found;
            output.AddSource(HintNames.Of("Times", schedule.Name.File, alike), ScheduleWriter.Write(schedule));
        });
    }
}

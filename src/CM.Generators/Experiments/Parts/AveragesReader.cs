using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Parts;

/// <summary>Reads the moving averages, of which a record may have several; the teacher's comes last.</summary>
internal static class AveragesReader
{
    public static IReadOnlyList<AxisAttribute> Find(ExperimentLine line) =>
        line.FindAll([.. AxisKind.All<AverageKind>().Where(kind => !kind.Teaches).Select(kind => kind.Name)]);

    public static EquatableArray<AxisPlan> Read(ExperimentLine line, AxisAttribute? teacher, AxisAttribute? times, TimesAxis? schedule)
    {
        var averages = new List<AxisPlan>();
        foreach (var given in Find(line))
        {
            var plan = AxisKind.Read<AverageKind>(given);
            var size = AxisKind.Of<AverageKind>(plan).Size(plan);
            if (averages.Exists(before => before.Kind == plan.Kind && AxisKind.Of<AverageKind>(before).Size(before) == size))
                line.Findings.Add(new("CM5003", given.Site, line.NameAt(given), "average of " + Number(size)));
            averages.Add(plan);
        }

        if (teacher is not null)
        {
            averages.Add(AxisKind.Read<AverageKind>(teacher));
            if (EmaTeacher.CountsIntervals(averages[averages.Count - 1]) && schedule is { IsContinuous: true })
                line.Findings.Add(new("CM5004", teacher.SiteOr(times), schedule.Name, "times", "the Intervals of [EmaTeacher] are intervals of a grid, and it is continuous; leave them out, or give it Discretization and Intervals"));
        }

        return averages.ToEquatable();
    }
}

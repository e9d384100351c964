using Microsoft.CodeAnalysis;

namespace CM.Generators.Checking;

internal static partial class Rules
{
    private static DiagnosticDescriptor[] TimeRules =>
    [
        Error("CM4001", "CM.Times", "Schedule that cannot be completed",
            "'{0}' must be a partial record, so that its tensor code can be added; write 'partial record {0}'",
            "The generator adds the tensor form of a schedule's formulas as another part of the record."),
        Error("CM4002", "CM.Times", "Schedule without its interface",
            "'{0}' must implement ITimeSchedule; write 'partial record {0} : ITimeSchedule'",
            "The interface names the formulas of a schedule and gives defaults to those that may be left out."),
        Error("CM4003", "CM.Times", "Range of times",
            "In this schedule {0}",
            "Times are noise levels on a logarithmic scale: 0 < from < to. Deviations are above 0."),
        Error("CM4004", "CM.Times", "Two times per sample",
            "'{0}' {1}; give either 'static double Earlier(double t, int stage)', or 'static double Grid(double u)' and 'static int Cuts(int step, int steps)'",
            "A continuous schedule computes the earlier time from the later one; a discretised one takes neighbours of a grid."),
        Error("CM4005", "CM.Times", "Law of the times",
            "'{0}' has {1} of [LogNormal] and [Uniform]; it needs one, which says how times are drawn",
            "Without a law no time can be drawn, and with two it is not clear which one counts."),
        Error("CM4006", "CM.Times", "Uniform law without a grid",
            "'{0}' is continuous, and [Uniform] draws intervals of a grid; use [LogNormal(mean, deviation)]",
            "A continuous time is drawn from a log-normal law."),
        Error("CM4007", "CM.Times", "Not a formula",
            "'{0}' cannot become tensor code: {1}",
            "Signal, Noise, Earlier, Weight, Keep, Give and Feed are computed for a whole batch at once, so they are limited to what has a tensor form. Stage, Grid and Cuts run as they are."),
        Error("CM4008", "CM.Times", "Noise that does not grow",
            "Noise must grow with t, but it is {0} at t = {1} and {2} at t = {3}",
            "A later time must be a noisier one."),
        Error("CM4009", "CM.Times", "Earlier time that is not earlier",
            "At t = {0} and stage {1} Earlier gives {2}, but it must be 0 or more and below t",
            "The teacher looks at a less noisy point than the student."),
        Error("CM4010", "CM.Times", "Grid that does not span the range",
            "{0}",
            "A grid runs from the smallest to the largest time as u runs from 0 to 1, and grows on the way."),
        Error("CM4011", "CM.Times", "Cuts that do not grow",
            "{0}; the number of intervals is 1 or more and grows, or stays, over the training",
            "A grid gets finer while training goes on (Song and Dhariwal 2023, section 3.4)."),
        Error("CM4012", "CM.Times", "Boundary that does not hold",
            "{0}, so that f(x, from) = x; or leave the formula out and it is derived, or choose Preconditioning.Plain",
            "A consistency model returns its input at the smallest time (Song et al. 2023, equation 5)."),
    ];
}

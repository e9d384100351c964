using Microsoft.CodeAnalysis;

namespace CM.Generators.Diagnostics;

internal static partial class Rules
{
    private static readonly DiagnosticDescriptor CM4001 = new(
        "CM4001", "Schedule that cannot be completed",
        "'{0}' must be a partial record, so that its tensor code can be added; write 'partial record {0}'",
        "CM.Times", DiagnosticSeverity.Error, true,
        "The generator adds the tensor form of a schedule's formulas as another part of the record.",
        Pages + "CM4001.md");

    private static readonly DiagnosticDescriptor CM4002 = new(
        "CM4002", "Schedule without its interface",
        "'{0}' must implement ITimeSchedule; write 'partial record {0} : ITimeSchedule'",
        "CM.Times", DiagnosticSeverity.Error, true,
        "The interface names the formulas of a schedule and gives defaults to those that may be left out.",
        Pages + "CM4002.md");

    private static readonly DiagnosticDescriptor CM4003 = new(
        "CM4003", "Range of times",
        "In this schedule {0}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "Times are noise levels on a logarithmic scale: 0 < min < max. Deviations are above 0.",
        Pages + "CM4003.md");

    private static readonly DiagnosticDescriptor CM4004 = new(
        "CM4004", "Two times per sample",
        "'{0}' {1}; give either 'static double TeacherTime(double t, int stage)', or 'static double Discretization(double u)' and 'static int Intervals(int step, int steps)'",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A continuous schedule computes the earlier time from the later one; a discretised one takes neighbours of a grid.",
        Pages + "CM4004.md");

    private static readonly DiagnosticDescriptor CM4005 = new(
        "CM4005", "Law of the times",
        "'{0}' has {1} of [LogNormal], [LogStudentT] and [Uniform]; it needs one, which says how times are drawn",
        "CM.Times", DiagnosticSeverity.Error, true,
        "Without a law no time can be drawn, and with two it is not clear which one counts.",
        Pages + "CM4005.md");

    private static readonly DiagnosticDescriptor CM4006 = new(
        "CM4006", "Law of the other kind of times",
        "{0}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "Continuous times are drawn from a log-normal or a log-Student-t law, intervals of a grid from a log-normal or a uniform one.",
        Pages + "CM4006.md");

    private static readonly DiagnosticDescriptor CM4007 = new(
        "CM4007", "Not a formula",
        "'{0}' cannot become tensor code: {1}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "Alpha, Sigma, TeacherTime, Weight, CSkip, COut and CIn are computed for a whole batch at once, so they are limited to what has a tensor form. Stage, Discretization and Intervals run as they are.",
        Pages + "CM4007.md");

    private static readonly DiagnosticDescriptor CM4008 = new(
        "CM4008", "Sigma that does not grow",
        "Sigma must grow with t, but it is {0} at t = {1} and {2} at t = {3}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A later time must be a noisier one.",
        Pages + "CM4008.md");

    private static readonly DiagnosticDescriptor CM4009 = new(
        "CM4009", "TeacherTime time that is not earlier",
        "At t = {0} and stage {1} TeacherTime gives {2}, but it must be 0 or more and below t{3}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "The teacher looks at a less noisy point than the student.",
        Pages + "CM4009.md");

    private static readonly DiagnosticDescriptor CM4010 = new(
        "CM4010", "Discretization that does not span the range",
        "{0}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A grid runs from the smallest to the largest time as u runs from 0 to 1, and grows on the way.",
        Pages + "CM4010.md");

    private static readonly DiagnosticDescriptor CM4011 = new(
        "CM4011", "Intervals that do not grow",
        "{0}; the number of intervals is 1 or more and grows, or stays, over the training",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A grid gets finer while training goes on (Song and Dhariwal 2023, section 3.4).",
        Pages + "CM4011.md");

    private static readonly DiagnosticDescriptor CM4012 = new(
        "CM4012", "Boundary condition that does not hold",
        "{0}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A consistency model returns its input at the smallest time (Song et al. 2023, equation 5).",
        Pages + "CM4012.md");

    private static readonly DiagnosticDescriptor CM4013 = new(
        "CM4013", "Formula without a usable value",
        "{0} is {1} at t = {2}, but must be {3}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "Formulas are tried at times that the law draws: Alpha and Sigma say what a noisy sample is made of, a weight below 0 would drive target and prediction apart.",
        Pages + "CM4013.md");

    private static readonly DiagnosticDescriptor CM4014 = new(
        "CM4014", "Law that misses the times",
        "Next to none of the times that this law draws lie from {0} to {1}: ln t has its {2} at {3}, but {0} to {1} is {4} to {5}",
        "CM.Times", DiagnosticSeverity.Error, true,
        "A law that is cut to the schedule's range, or gives its intervals their probabilities, needs some probability there.",
        Pages + "CM4014.md");

    private static DiagnosticDescriptor[] TimeRules =>
    [
        CM4001, CM4002, CM4003, CM4004, CM4005, CM4006, CM4007, CM4008,
        CM4009, CM4010, CM4011, CM4012, CM4013, CM4014,
    ];
}

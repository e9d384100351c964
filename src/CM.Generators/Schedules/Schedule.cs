using CM.Generators.Diagnostics;

namespace CM.Generators.Schedules;

/// <summary>A declared time schedule.</summary>
internal sealed record Schedule(RecordName Name, int Site)
{
    public int AttributeSite { get; init; }

    public double From { get; init; }

    public double To { get; init; }

    public double SigmaData { get; init; }

    /// <summary>Null where it is not said.</summary>
    public Preconditioning? Said { get; init; }

    public Law? Law { get; init; }

    public Formulated? Alpha { get; init; }

    public Formulated? Sigma { get; init; }

    public Formulated? Stage { get; init; }

    public Formulated? TeacherTime { get; init; }

    public Formulated? Discretization { get; init; }

    public Formulated? Intervals { get; init; }

    public Formulated? Weight { get; init; }

    public Formulated? CSkip { get; init; }

    public Formulated? COut { get; init; }

    public Formulated? CIn { get; init; }

    /// <summary>Findings of the reader.</summary>
    public EquatableArray<Finding> Findings { get; init; }

    /// <summary>Whether a formula of its own could not be read. Without a finding it is unfinished, and the C# compiler says so.</summary>
    public bool HasGaps => new[] { Alpha, Sigma, TeacherTime, Weight, CSkip, COut, CIn }.Any(formula => formula is { Method.Result: null });

    public bool IsContinuous => TeacherTime is not null;

    /// <summary>Whether the earlier time is always 0, so that the target is always the data: a diffusion model.</summary>
    public bool IsDiffusion => TeacherTime?.Method.Result is Number { Value: 0 };

    public Preconditioning Preconditioning => Said ?? (IsDiffusion ? Preconditioning.Edm : IsContinuous ? Preconditioning.ConsistencyAtSampling : Preconditioning.Consistency);

    /// <summary>Whether no data is left at the largest time, so that times beyond it make no sense.</summary>
    public bool EndsInNoise => Alpha!.Method.Evaluate(To) <= 0;

    /// <summary>Range of the drawn times, but for one in a million; the largest time bounds them if no data are left there.</summary>
    public (double Least, double Most) Drawn => Law is LogNormalLaw { Truncated: false } law && IsContinuous
        ? (Math.Exp(law.Mean - 5 * law.Deviation), Alpha?.Method.Result is not null && EndsInNoise ? To : Math.Exp(law.Mean + 5 * law.Deviation))
        : (From, To);

    /// <summary>
    /// Whether the earlier time can be 0, where the data itself is the target. A formula that could not be read may do anything.
    /// </summary>
    public bool ReachesData => TeacherTime is { } earlier && (earlier.Method.Result is null || Stages is not { } stages ||
        stages.Any(stage => Samples.Between(1e-6 * From, 10 * To).Any(t => !(earlier.Method.Evaluate(t, stage) > 0))));

    /// <summary>The stages that training goes through, or null where that cannot be computed here.</summary>
    public IReadOnlyCollection<double>? Stages =>
        Stage is null ? [0]
        : Stage.Method.Result is null ? null
        : [.. Enumerable.Range(0, 64).Select(i => Stage.Method.Evaluate(i / 64d)).Distinct().Take(16)];
}

/// <param name="Site">The method's name in the source.</param>
internal sealed record Formulated(Method Method, int Site);

/// <summary>The values of <c>CM.Dsl.Preconditioning</c>.</summary>
internal enum Preconditioning
{
    Edm,
    Consistency,
    ConsistencyAtSampling,
}

/// <summary>How times are drawn.</summary>
internal abstract record Law;

internal sealed record LogNormalLaw(double Mean, double Deviation, bool Truncated) : Law;

internal sealed record LogStudentTLaw(double Mean, double Scale, double DegreesOfFreedom) : Law;

internal sealed record UniformLaw : Law;

/// <summary>TimePair at which formulas are tried.</summary>
internal static class Samples
{
    /// <summary>64 times, both ends among them, evenly spaced in the logarithm.</summary>
    public static IEnumerable<double> Between(double from, double to) =>
        Enumerable.Range(0, 64).Select(i => i == 63 ? to : from * Math.Pow(to / from, i / 63d));
}

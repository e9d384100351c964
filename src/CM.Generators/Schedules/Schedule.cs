using CM.Generators.Diagnostics;
using CM.Generators.Networks.Layers;

namespace CM.Generators.Schedules;

/// <summary>A declared time schedule.</summary>
internal sealed record Schedule(RecordName Name, int Site)
{
    public int AttributeSite { get; init; }

    public double From { get; init; }

    public double To { get; init; }

    public double DataDeviation { get; init; }

    /// <summary>Null where it is not said.</summary>
    public Preconditioning? Said { get; init; }

    public Law? Law { get; init; }

    public Formulated? Signal { get; init; }

    public Formulated? Noise { get; init; }

    public Formulated? Stage { get; init; }

    public Formulated? Earlier { get; init; }

    public Formulated? Grid { get; init; }

    public Formulated? Cuts { get; init; }

    public Formulated? Weight { get; init; }

    public Formulated? Keep { get; init; }

    public Formulated? Give { get; init; }

    public Formulated? Feed { get; init; }

    /// <summary>What reading found wrong.</summary>
    public EquatableArray<Problem> Problems { get; init; }

    /// <summary>Whether a formula of its own could not be read. Where nothing found it wrong, it is unfinished, and the C# compiler says so.</summary>
    public bool HasGaps => new[] { Signal, Noise, Earlier, Weight, Keep, Give, Feed }.Any(formula => formula is { Method.Result: null });

    public bool IsContinuous => Earlier is not null;

    /// <summary>Whether the earlier time is always 0, so that the target is always the data: a diffusion model.</summary>
    public bool IsDiffusion => Earlier?.Method.Result is Number { Value: 0 };

    public Preconditioning Preconditioning => Said ?? (IsDiffusion ? Preconditioning.Plain : IsContinuous ? Preconditioning.BoundaryWhenSampling : Preconditioning.Boundary);

    /// <summary>Whether no data is left at the largest time, so that times beyond it make no sense.</summary>
    public bool EndsInNoise => Signal!.Method.Evaluate(To) <= 0;

    /// <summary>Where the times lie that are drawn, but for one in a million; the largest time bounds them where no data are left there.</summary>
    public (double Least, double Most) Drawn => Law is LogNormalLaw { Truncated: false } law && IsContinuous
        ? (Math.Exp(law.Mean - 5 * law.Deviation), Signal?.Method.Result is not null && EndsInNoise ? To : Math.Exp(law.Mean + 5 * law.Deviation))
        : (From, To);

    /// <summary>
    /// Whether the earlier time can be 0, where the data itself is the target. A formula that could not be read may do anything.
    /// </summary>
    public bool ReachesData => Earlier is { } earlier && (earlier.Method.Result is null || Stages is not { } stages ||
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
    Plain,
    Boundary,
    BoundaryWhenSampling,
}

/// <summary>How times are drawn.</summary>
internal abstract record Law;

internal sealed record LogNormalLaw(double Mean, double Deviation, bool Truncated) : Law;

internal sealed record LogStudentTLaw(double Mean, double Scale, double Freedom) : Law;

internal sealed record UniformLaw : Law;

/// <summary>Times at which formulas are tried.</summary>
internal static class Samples
{
    /// <summary>64 times, both ends among them, evenly spaced in the logarithm.</summary>
    public static IEnumerable<double> Between(double from, double to) =>
        Enumerable.Range(0, 64).Select(i => i == 63 ? to : from * Math.Pow(to / from, i / 63d));
}

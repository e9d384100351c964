namespace CM.Dsl;

/// <summary>Declares a time schedule: a partial record that implements <see cref="ITimeSchedule"/>.</summary>
/// <param name="min">The smallest time, above 0.</param>
/// <param name="max">The largest time, where sampling starts.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TimeScheduleAttribute(double min, double max) : Attribute
{
    /// <summary>The smallest time.</summary>
    public double Min { get; } = min;

    /// <summary>The largest time.</summary>
    public double Max { get; } = max;

    /// <summary>Standard deviation of the data, sigma_data of EDM (Karras et al. 2022). Default: 0.5.</summary>
    public double SigmaData { get; set; } = 0.5;

    /// <summary>
    /// How the network is wrapped into f(x, t) = CSkip(t)·x + COut(t)·F(CIn(t)·x, ¼ ln t). Default:
    /// <see cref="Preconditioning.Consistency"/> for a discretised schedule, <see cref="Preconditioning.ConsistencyAtSampling"/> for a
    /// continuous one, <see cref="Preconditioning.Edm"/> where <see cref="ITimeSchedule.TeacherTime"/> is always 0.
    /// </summary>
    public Preconditioning Preconditioning { get; set; }
}

/// <summary>How CSkip, COut and CIn follow from Alpha, Sigma and the standard deviation of the data.</summary>
public enum Preconditioning
{
    /// <summary>EDM's: f(x, 0) = x (Karras et al. 2022, table 1).</summary>
    Edm,

    /// <summary>Consistency models': f(x, min) = x exactly (Song et al. 2023, equation 5).</summary>
    Consistency,

    /// <summary>Edm while training, Consistency while sampling (ECT, Geng et al. 2024).</summary>
    ConsistencyAtSampling,
}

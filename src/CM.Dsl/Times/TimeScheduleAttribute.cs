namespace CM.Dsl;

/// <summary>Declares a time schedule: a partial record that implements <see cref="ITimeSchedule"/>.</summary>
/// <param name="from">The smallest time, above 0.</param>
/// <param name="to">The largest time, where sampling starts.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TimeScheduleAttribute(double from, double to) : Attribute
{
    /// <summary>The smallest time.</summary>
    public double From { get; } = from;

    /// <summary>The largest time.</summary>
    public double To { get; } = to;

    /// <summary>Deviation of the data, sigma_data of EDM (Karras et al. 2022). Default: 0.5.</summary>
    public double DataDeviation { get; set; } = 0.5;

    /// <summary>
    /// How the network is wrapped into f(x, t) = Keep(t)·x + Give(t)·F(Feed(t)·x, ¼ ln t). Default: <see cref="Preconditioning.Boundary"/> for
    /// a discretised schedule, <see cref="Preconditioning.BoundaryWhenSampling"/> for a continuous one, <see cref="Preconditioning.Plain"/> where
    /// <see cref="ITimeSchedule.Earlier"/> is always 0.
    /// </summary>
    public Preconditioning Preconditioning { get; set; }
}

/// <summary>How Keep, Give and Feed follow from Signal, Noise and the deviation of the data.</summary>
public enum Preconditioning
{
    /// <summary>EDM's: f(x, 0) = x (Karras et al. 2022, table 1).</summary>
    Plain,

    /// <summary>Consistency models': f(x, from) = x exactly (Song et al. 2023, equation 5).</summary>
    Boundary,

    /// <summary>Plain while training, Boundary while sampling (ECT, Geng et al. 2024).</summary>
    BoundaryWhenSampling,
}

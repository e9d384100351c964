namespace CM.Dsl;

/// <summary>
/// A forward process and two times per sample. Formulas are ordinary <see cref="double"/> methods: they run as they are written, and
/// the generator also turns them into tensor code. They may use <see cref="Math"/>, constants of the record, and each other.
/// </summary>
/// <remarks>
/// A continuous schedule gives <see cref="Earlier"/> (ECT, Geng et al. 2024). A discretised one gives <see cref="Grid"/> and
/// <see cref="Cuts"/> (CT, Song et al. 2023; iCT, Song and Dhariwal 2023).
/// Time is the noise level sigma, from <c>from</c> to <c>to</c> of <see cref="TimeScheduleAttribute"/>.
/// </remarks>
public interface ITimeSchedule
{
    /// <summary>How much data there is at time t: x_t = Signal(t)·x + Noise(t)·z.</summary>
    static abstract double Signal(double t);

    /// <summary>How much noise there is at time t; grows with t.</summary>
    static abstract double Noise(double t);

    /// <summary>The stage of training, 0 or more; the generator hands it to <see cref="Earlier"/>.</summary>
    /// <param name="progress">Steps done over steps planned, in [0, 1).</param>
    static virtual int Stage(double progress) => 0;

    /// <summary>The teacher's time r for the student's time t, with 0 ≤ r &lt; t. Where r = 0 the target is the data itself; always 0 trains a diffusion model.</summary>
    static virtual double Earlier(double t, int stage) => throw new NotSupportedException("This schedule is discretised: it has Grid and Cuts, and no Earlier.");

    /// <summary>The time at a fraction u of a discretised schedule: Grid(0) = from, Grid(1) = to, growing.</summary>
    static virtual double Grid(double u) => throw new NotSupportedException("This schedule is continuous: it has Earlier, and no Grid.");

    /// <summary>How many intervals the grid has at a step of training, 1 or more.</summary>
    static virtual int Cuts(int step, int steps) => throw new NotSupportedException("This schedule is continuous: it has Earlier, and no Cuts.");

    /// <summary>The weight of a pair of times in the loss. Default: 1/(t − r).</summary>
    static virtual double Weight(double t, double r) => 1 / (t - r);
}

namespace CM.Dsl;

/// <summary>
/// A forward process and two times per sample. Formulas are ordinary <see cref="double"/> methods: they run as they are written, and
/// the generator also turns them into tensor code. They may use <see cref="Math"/>, constants of the record, and each other.
/// </summary>
/// <remarks>
/// A continuous schedule gives <see cref="TeacherTime"/> (ECT, Geng et al. 2024). A discretised one gives <see cref="Discretization"/> and
/// <see cref="Intervals"/> (CT, Song et al. 2023; iCT, Song and Dhariwal 2023).
/// Time is the noise level sigma, from <c>min</c> to <c>max</c> of <see cref="TimeScheduleAttribute"/>.
/// </remarks>
public interface ITimeSchedule
{
    /// <summary>Factor of the data at time t: x_t = Alpha(t)·x + Sigma(t)·z.</summary>
    static abstract double Alpha(double t);

    /// <summary>Factor of the noise at time t; grows with t.</summary>
    static abstract double Sigma(double t);

    /// <summary>The stage of training, 0 or more; the generator hands it to <see cref="TeacherTime"/>.</summary>
    /// <param name="progress">Steps done over steps planned, in [0, 1).</param>
    static virtual int Stage(double progress) => 0;

    /// <summary>
    /// The teacher's time r for the student's time t, with 0 ≤ r &lt; t. For r = 0 the target is the data itself; always 0 trains a
    /// diffusion model.
    /// </summary>
    static virtual double TeacherTime(double t, int stage) => throw new NotSupportedException("This schedule is discretised: it has Discretization and Intervals, and no TeacherTime.");

    /// <summary>The time at a fraction u of a discretised schedule: Discretization(0) = min, Discretization(1) = max, growing.</summary>
    static virtual double Discretization(double u) => throw new NotSupportedException("This schedule is continuous: it has TeacherTime, and no Discretization.");

    /// <summary>Number of intervals of the discretization at a step of training, 1 or more.</summary>
    static virtual int Intervals(int step, int steps) => throw new NotSupportedException("This schedule is continuous: it has TeacherTime, and no Intervals.");

    /// <summary>The weight of a pair of times in the loss. Default: 1/(t − r).</summary>
    static virtual double Weight(double t, double r) => 1 / (t - r);
}

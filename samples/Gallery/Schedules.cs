using CM.Dsl;
using static System.Math;

namespace Gallery;

/// <summary>iCT's grid: from 10 to 1280 intervals in eight stages, on Karras' spacing (Song and Dhariwal 2023, section 3.4).</summary>
[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record IctSchedule : ITimeSchedule
{
    private const double Low = 0.002;
    private const double High = 80;
    private const double Rho = 7;

    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double Discretization(double u) => Pow(Pow(Low, 1 / Rho) + u * (Pow(High, 1 / Rho) - Pow(Low, 1 / Rho)), Rho);

    public static int Intervals(int step, int steps) => Min(10 << (step / (steps / 8)), 1280);
}

/// <summary>ECT's times for 32×32 and for faces: the gap halves in eight stages (Geng et al. 2024).</summary>
[TimeSchedule(min: 0.003, max: 80), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record EctSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(8 * progress);

    public static double TeacherTime(double t, int stage) => Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>
/// ECT's times for ImageNet-64: a quarter of the gap in each of four stages, weights 1/c_out² (Geng et al. 2024, branch imgnet).
/// </summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -0.8, std: 1.6)]
public sealed partial record EctImageNetSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(4 * progress);

    public static double TeacherTime(double t, int stage) => Max(0, t - t * Pow(4, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

/// <summary>The times at which EDM trains its diffusion models (Karras et al. 2022, table 1).</summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -1.2, std: 1.2)]
public sealed partial record EdmSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => 0;

    public static double Weight(double t, double r) => (t * t + 0.5 * 0.5) / (t * 0.5 * t * 0.5);
}

/// <summary>The times at which EDM2 trains them on ImageNet-64.</summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -0.8, std: 1.6)]
public sealed partial record EdmImageNetSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => 0;

    public static double Weight(double t, double r) => (t * t + 0.5 * 0.5) / (t * 0.5 * t * 0.5);
}

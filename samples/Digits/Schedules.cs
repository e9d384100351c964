using CM.Dsl;
using static System.Math;

namespace Digits;

/// <summary>ECT's continuous times: variance exploding, gap shrinking in eight stages (Geng et al. 2024).</summary>
[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record EctSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(8 * progress);

    public static double TeacherTime(double t, int stage) =>
        Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>iCT's grid: from 10 to 1280 intervals, doubling eight times, on Karras' spacing (Song and Dhariwal 2023).</summary>
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

/// <summary>First stage of TCM: ECT's times, cut to their range, with a gap that stops shrinking (Lee et al. 2025).</summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -1.1, std: 2.0, Truncated = true)]
public sealed partial record FirstStageSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(16 * progress);

    public static double TeacherTime(double t, int stage) =>
        Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.99)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>Second stage: from t' = 1 on, with the gap that the first one ended with.</summary>
[TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
public sealed partial record SecondStageSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) =>
        t - t * 0.01 * (1 + 8 / (1 + Exp(t)));
}

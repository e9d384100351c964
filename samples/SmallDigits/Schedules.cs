using CM.Dsl;
using static System.Math;

namespace SmallDigits;

/// <summary>
/// ECT's continuous times (Geng et al. 2024), tuned for short runs: the gap halves twelve times, and the distribution of times is narrower.
/// </summary>
[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -0.5, std: 1.6)]
public sealed partial record EctSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(12 * progress);

    public static double TeacherTime(double t, int stage) =>
        Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>The first stage of TCM: ECT's times, cut to their range, with a gap that stops shrinking (Lee et al. 2025).</summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -0.5, std: 1.6, Truncated = true)]
public sealed partial record FirstStageSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(16 * progress);

    public static double TeacherTime(double t, int stage) =>
        Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.99)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>The second stage: times from t' = 1 on, with the gap that the first one ended with.</summary>
[TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
public sealed partial record SecondStageSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) =>
        t - t * 0.01 * (1 + 8 / (1 + Exp(t)));
}

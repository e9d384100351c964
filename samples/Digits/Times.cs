using CM.Dsl;
using static System.Math;

namespace Digits;

/// <summary>ECT's continuous times: variance exploding, gap shrinking in eight stages (Geng et al. 2024).</summary>
[TimeSchedule(from: 0.002, to: 80), LogNormal(mean: -1.1, deviation: 2.0)]
public sealed partial record EasyTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(8 * progress);

    public static double Earlier(double t, int stage) =>
        Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>iCT's grid: from 10 to 1280 intervals, doubling eight times, on Karras' spacing (Song and Dhariwal 2023).</summary>
[TimeSchedule(from: 0.002, to: 80), LogNormal(mean: -1.1, deviation: 2.0)]
public sealed partial record ImprovedTimes : ITimeSchedule
{
    private const double Low = 0.002;
    private const double High = 80;
    private const double Rho = 7;

    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Grid(double u) => Pow(Pow(Low, 1 / Rho) + u * (Pow(High, 1 / Rho) - Pow(Low, 1 / Rho)), Rho);

    public static int Cuts(int step, int steps) => Min(10 << (step / (steps / 8)), 1280);
}

/// <summary>Where the first stage of TCM lies: ECT's times, cut to their range, with a gap that stops shrinking (Lee et al. 2025).</summary>
[TimeSchedule(from: 0.002, to: 80, Preconditioning = Preconditioning.Plain), LogNormal(mean: -1.1, deviation: 2.0, Truncated = true)]
public sealed partial record FirstStageTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(16 * progress);

    public static double Earlier(double t, int stage) =>
        Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.99)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>Where the second stage lies: from t' = 1 on, with the gap that the first one ended with.</summary>
[TimeSchedule(from: 1, to: 80, Preconditioning = Preconditioning.Plain), LogStudentT(mean: 0, scale: 0.2, freedom: 0.01)]
public sealed partial record SecondStageTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Earlier(double t, int stage) =>
        t - t * 0.01 * (1 + 8 / (1 + Exp(t)));
}

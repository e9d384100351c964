using CM.Dsl;
using static System.Math;

namespace FirstModel;

/// <summary>ECT's continuous times: variance exploding, gap shrinking in eight stages (Geng et al. 2024).</summary>
[TimeSchedule(from: 0.002, to: 80), LogNormal(mean: -1.1, deviation: 2.0)]
public sealed partial record EasyTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(8 * progress);

    public static double Earlier(double t, int stage) =>
        Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t - r);
}

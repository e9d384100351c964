using CM.Dsl;
using static System.Math;

namespace FirstModel;

/// <summary>ECT's continuous times: variance exploding, gap shrinking in eight stages (Geng et al. 2024).</summary>
[TimeSchedule(min: 0.002, max: 80), LogNormal(mean: -1.1, std: 2.0)]
public sealed partial record EctSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(8 * progress);

    public static double TeacherTime(double t, int stage) =>
        Max(0, t - t * Pow(2, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t - r);
}

using CM.Dsl;
using static System.Math;

namespace Gallery;

/// <summary>
/// TCM's first stage on CIFAR-10: ECT's gap halves every 25,000 of 350,000 steps until it is a thousandth (github.com/NVlabs/TCM).
/// </summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -1.1, std: 2.0, Truncated = true)]
public sealed partial record TcmCifar10FirstSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(14 * progress);

    public static double TeacherTime(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>Its second stage: from t′ = 1 on, log-Student-t, the gap stays at a thousandth.</summary>
[TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
public sealed partial record TcmCifar10SecondSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => t - t * (1 - 0.999) * (1 + 8 / (1 + Exp(t)));
}

/// <summary>TCM's first stage on ImageNet-64: a quarter of the gap every 10,000 of 150,000 steps until 0.0039, weights 1/c_out².</summary>
[TimeSchedule(min: 0.002, max: 80, Preconditioning = Preconditioning.Edm), LogNormal(mean: -0.8, std: 1.6, Truncated = true)]
public sealed partial record TcmImageNetFirstSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static int Stage(double progress) => (int)(15 * progress);

    public static double TeacherTime(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(4, -(stage + 1)), 0.9961)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

/// <summary>Its second stage.</summary>
[TimeSchedule(min: 1, max: 80, Preconditioning = Preconditioning.Edm), LogStudentT(mean: 0, scale: 0.2, degreesOfFreedom: 0.01)]
public sealed partial record TcmImageNetSecondSchedule : ITimeSchedule
{
    public static double Alpha(double t) => 1;

    public static double Sigma(double t) => t;

    public static double TeacherTime(double t, int stage) => t - t * (1 - 0.9961) * (1 + 8 / (1 + Exp(t)));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

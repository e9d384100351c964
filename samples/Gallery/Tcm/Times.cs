using CM.Dsl;
using static System.Math;

namespace Gallery;

/// <summary>TCM's first stage on CIFAR-10: ECT's gap halves every 25,000 of 350,000 steps until it is a thousandth (github.com/NVlabs/TCM).</summary>
[TimeSchedule(from: 0.002, to: 80, Preconditioning = Preconditioning.Plain), LogNormal(mean: -1.1, deviation: 2.0, Truncated = true)]
public sealed partial record TcmCifar10FirstTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(14 * progress);

    public static double Earlier(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(2, -(stage + 1)), 0.999)) * (1 + 8 / (1 + Exp(t))));
}

/// <summary>Its second stage: from t′ = 1 on, log-Student-t, the gap stays at a thousandth.</summary>
[TimeSchedule(from: 1, to: 80, Preconditioning = Preconditioning.Plain), LogStudentT(mean: 0, scale: 0.2, freedom: 0.01)]
public sealed partial record TcmCifar10SecondTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Earlier(double t, int stage) => t - t * (1 - 0.999) * (1 + 8 / (1 + Exp(t)));
}

/// <summary>TCM's first stage on ImageNet-64: a quarter of the gap every 10,000 of 150,000 steps until 0.0039, weights 1/c_out².</summary>
[TimeSchedule(from: 0.002, to: 80, Preconditioning = Preconditioning.Plain), LogNormal(mean: -0.8, deviation: 1.6, Truncated = true)]
public sealed partial record TcmImageNetFirstTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(15 * progress);

    public static double Earlier(double t, int stage) => Max(1e-6, t - t * (1 - Min(1 - Pow(4, -(stage + 1)), 0.9961)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

/// <summary>Its second stage.</summary>
[TimeSchedule(from: 1, to: 80, Preconditioning = Preconditioning.Plain), LogStudentT(mean: 0, scale: 0.2, freedom: 0.01)]
public sealed partial record TcmImageNetSecondTimes : ITimeSchedule
{
    public static double Signal(double t) => 1;

    public static double Noise(double t) => t;

    public static double Earlier(double t, int stage) => t - t * (1 - 0.9961) * (1 + 8 / (1 + Exp(t)));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

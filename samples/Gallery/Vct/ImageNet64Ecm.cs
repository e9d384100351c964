using CM.Dsl;
using static System.Math;

namespace Gallery;

/// <summary>VCT's times for ImageNet-64: ECT's, with linear interpolation, x_t = (1 − t/80)·x + t·z, and weights 1/c_out² as in ECT.</summary>
[TimeSchedule(from: 0.003, to: 80), LogNormal(mean: -0.8, deviation: 1.6)]
public sealed partial record InterpolatedImageNetTimes : ITimeSchedule
{
    public static double Signal(double t) => 1 - t / 80;

    public static double Noise(double t) => t;

    public static int Stage(double progress) => (int)(4 * progress);

    public static double Earlier(double t, int stage) => Max(0, t - t * Pow(4, -(stage + 1)) * (1 + 8 / (1 + Exp(t))));

    public static double Weight(double t, double r) => 1 / (t * t) + 1 / (0.5 * 0.5);
}

/// <summary>VCT's encoder for ImageNet-64: a small EDM2 with two blocks a level that knows the class.</summary>
[Network]
public sealed partial record ImageNetEncoder
{
    [Scale(2)]
    public partial Part Spread { get; }

    [Zeros]
    public partial Part NoLevel { get; }

    [Edm2(64, 3, 32, OutChannels = 6, Blocks = [2], Labels = 1000, Dropout = [0, 0, 0.4, 0.4])]
    public partial Part Model { get; }

    [Channels(0, 3)]
    public partial Part Mean { get; }

    [Channels(3, 3)]
    public partial Part Rest { get; }

    [Activate(Act.Softplus)]
    public partial Part Above0 { get; }

    [return: Shape("B", 3, 64, 64)]
    [return: Shape("B", 3, 64, 64)]
    private (Flow, Flow) Forward([Shape("B", 3, 64, 64)] Flow x, [Shape("B", 1000)] Flow labels)
    {
        var both = (x | Spread, x | NoLevel, labels) | Model;
        return (both | Mean, both | Rest | Above0);
    }
}

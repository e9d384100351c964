namespace CM.Runtime;

/// <summary>A time of a sampler with the noisy point at it, signal·x + noise·z.</summary>
/// <param name="Time">t, the time that the network is told.</param>
/// <param name="Alpha">Factor of the sample.</param>
/// <param name="Noise">Factor of the noise.</param>
public readonly record struct SampleTime(double Time, double Alpha, double Noise)
{
    /// <summary>The time of a schedule with x_t = x + t·z.</summary>
    public static implicit operator SampleTime(double time) => new(time, 1, time);
}

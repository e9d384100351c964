namespace CM.Runtime;

/// <summary>Noise for the sampler that depends on a seed alone, whatever the device.</summary>
internal static class SampleNoise
{
    /// <summary>
    /// One draw from the standard normal distribution for each sampling time, <c>[count, …shape]</c>; of samples that come in
    /// parts, each part has its own.
    /// </summary>
    public static IReadOnlyList<Tensor> Draw(long seed, int times, int count, long[] shape, Device device, int part = 0)
    {
        StepSeed.Set(StepSeed.Of(seed, part, StepSeed.Use.Samples));
        return [.. Enumerable.Range(0, times).Select(_ => Draw([count, .. shape], device))];
    }

    private static Tensor Draw(long[] shape, Device device)
    {
        var noise = randn(shape, ScalarType.Float32);
        if (device.type == DeviceType.CPU)
            return noise;
        using (noise)
            return noise.to(device);
    }
}

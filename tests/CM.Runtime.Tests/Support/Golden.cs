using System.Runtime.InteropServices;
using System.Text.Json;

namespace CM.Runtime.Tests;

/// <summary>Numbers of reference implementations; see Golden/README.md.</summary>
internal static class Golden
{
    public static JsonElement Load(string file)
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream(file)!;
        return JsonDocument.Parse(stream).RootElement;
    }

    public static float[] Floats(this JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];

    public static double[] Doubles(this JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetDouble())];

    public static double Number(this JsonElement element, string name) => element.GetProperty(name).GetDouble();

    public static float[] Floats(this Tensor tensor)
    {
        using var dense = tensor.detach().contiguous();
        return MemoryMarshal.Cast<byte, float>(dense.bytes).ToArray();
    }

    /// <summary>max |a − b| / max |b| at most the tolerance.</summary>
    public static void ShouldMatch(this ReadOnlySpan<float> found, ReadOnlySpan<float> wanted, double tolerance = 1e-5)
    {
        found.Length.ShouldBe(wanted.Length);
        var (error, largest) = (0.0, 0.0);
        for (var i = 0; i < wanted.Length; i++)
        {
            error = Math.Max(error, Math.Abs(found[i] - wanted[i]));
            largest = Math.Max(largest, Math.Abs(wanted[i]));
        }
        (error / largest).ShouldBeLessThan(tolerance);
    }

    public static void ShouldMatch(this float[] found, ReadOnlySpan<float> wanted, double tolerance = 1e-5) => ((ReadOnlySpan<float>)found).ShouldMatch(wanted, tolerance);
}

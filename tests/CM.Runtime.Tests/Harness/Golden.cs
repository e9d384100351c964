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

    /// <summary>A tensor stored with its type, its shape and its bytes in base 64.</summary>
    public static Tensor Tensor(this JsonElement element, string name)
    {
        var entry = element.GetProperty(name);
        var bytes = entry.GetProperty("data").GetBytesFromBase64();
        var flat = entry.GetProperty("type").GetString() switch
        {
            "F32" => tensor(MemoryMarshal.Cast<byte, float>(bytes).ToArray()),
            "F64" => tensor(MemoryMarshal.Cast<byte, double>(bytes).ToArray()),
            "I64" => tensor(MemoryMarshal.Cast<byte, long>(bytes).ToArray()),
            var other => throw new InvalidOperationException($"There is no case for {other}."),
        };
        return flat.view([.. entry.GetProperty("shape").EnumerateArray().Select(axis => axis.GetInt64())]);
    }

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

    public static void ShouldMatch(this float[] found, ReadOnlySpan<float> wanted, double tolerance = 1e-5) =>
        ((ReadOnlySpan<float>)found).ShouldMatch(wanted, tolerance);
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CM.Dsl;

namespace CM.Runtime;

/// <summary>
/// Features of data on disk, <c>features/cache/HASH.safetensors</c>: the hash is of the network and of every number of the data, so
/// statistics of anything else are never taken for them.
/// </summary>
internal static class FeatureCache
{
    /// <summary>Folder of classifiers and features of data.</summary>
    public const string Folder = "features";

    private const string CountKey = "count";
    private const int HashLetters = 32;

    /// <summary>Features of data, worked out now or read from the cache.</summary>
    /// <param name="examples">The data.</param>
    /// <param name="shape">Shape of one example.</param>
    /// <param name="network">Network that computes the features.</param>
    /// <param name="device">Device of the network.</param>
    /// <param name="goesOn">Called now and then.</param>
    public static FeatureSet Of(IExamples examples, long[] shape, FeatureNetwork network, Device device, Action? goesOn = null)
    {
        var path = PathOf(examples, shape, network);
        if (File.Exists(path))
            return Read(path, device);
        var set = FeatureSet.Of(examples, shape, network, device, goesOn);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Write(path, set);
        return set;
    }

    /// <summary>Folder of the features of data.</summary>
    public static string PathOf(IExamples examples, long[] shape, FeatureNetwork network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{network.Identity}|{FeatureSet.MostKept}|{string.Join(',', shape)}|"));
        var values = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
        for (var i = 0; i < examples.Count; i++)
        {
            examples.Read(i, values);
            hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        return Path.Combine(Folder, "cache", $"{Convert.ToHexStringLower(hash.GetHashAndReset())[..HashLetters]}.safetensors");
    }

    /// <summary>The SHA-256 of a file.</summary>
    public static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static void Write(string path, FeatureSet set)
    {
        using var scope = NewDisposeScope();
        var statistics = set.Statistics;
        (string Name, string Type, Tensor Values)[] tensors =
        [
            ("mean", "F64", statistics.Mean.cpu()),
            ("covariance", "F64", statistics.Covariance(unbiased: false).cpu().contiguous()),
            ("features", "F32", set.Features),
        ];
        AtomicFile.Write(path, stream =>
        {
            var entries = tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Values.shape));
            stream.Write(SafetensorsWriter.Header([new(CountKey, $"{statistics.Count}")], entries));
            foreach (var (_, _, values) in tensors)
                stream.Write(values.bytes);
        });
    }

    private static FeatureSet Read(string path, Device device)
    {
        using var file = SafetensorsFile.Open(path);
        var isWhole = ((string[])["mean", "covariance", "features"]).All(file.Header.Tensors.ContainsKey);
        if (!long.TryParse(file.Header.Metadata.GetValueOrDefault(CountKey), out var count) || !isWhole)
            throw new UserError($"{path}: no features of data; delete it, and they are worked out anew.");
        var (mean, covariance) = (Load("mean", ScalarType.Float64).to(device), Load("covariance", ScalarType.Float64).to(device));
        return FeatureSet.Restore(FeatureStatistics.Restore(count, mean, covariance), Load("features", ScalarType.Float32));

        Tensor Load(string name, ScalarType type)
        {
            var entry = file.Header.Tensors[name];
            var values = empty(entry.Shape, type);
            file.Read(entry, values.bytes);
            return values;
        }
    }
}

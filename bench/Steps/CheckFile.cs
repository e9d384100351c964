using System.Buffers.Binary;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Bench;

/// <summary>Weights and inputs for which every side computes its loss: a safetensors file of float32 tensors.</summary>
internal sealed class CheckFile
{
    private const string Inputs = "in/";

    private readonly Dictionary<string, Tensor> tensors = [];

    /// <summary>Reads a file.</summary>
    public CheckFile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var begin = sizeof(long) + (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        var header = JsonSerializer.Deserialize<Dictionary<string, Entry>>(bytes.AsSpan(sizeof(long)..begin))!;
        foreach (var (name, (_, shape, offsets)) in header)
        {
            var tensor = tensors[name] = empty(shape, float32);
            tensor.bytes = bytes.AsSpan(begin + (int)offsets[0], (int)(offsets[1] - offsets[0]));
        }
    }

    /// <summary>The weights by our names.</summary>
    public IEnumerable<(string Name, Tensor Value)> Weights =>
        tensors.Where(pair => !pair.Key.StartsWith(Inputs, StringComparison.Ordinal)).Select(pair => (pair.Key, pair.Value));

    /// <summary>The batch, x.</summary>
    public Tensor Data => tensors[Inputs + "x"];

    /// <summary>The noise, z.</summary>
    public Tensor Noise => tensors[Inputs + "z"];

    /// <summary>The student's times.</summary>
    public Tensor T => tensors[Inputs + "t"];

    /// <summary>The teacher's times.</summary>
    public Tensor R => tensors[Inputs + "r"];

    /// <summary>Writes a file.</summary>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> weights, Tensor x, Tensor z, Tensor t, Tensor r)
    {
        (string Name, Tensor Value)[] all = [.. weights, (Inputs + "x", x), (Inputs + "z", z), (Inputs + "t", t), (Inputs + "r", r)];
        var offset = 0L;
        var header = JsonSerializer.SerializeToUtf8Bytes(all.ToDictionary(
            pair => pair.Name, pair => new Entry("F32", pair.Value.shape, [offset, offset += pair.Value.numel() * sizeof(float)])));
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(header);
        foreach (var (_, tensor) in all)
            stream.Write(tensor.detach().to(float32).contiguous().bytes);
    }

    // The format's own spelling.
    private sealed record Entry(string dtype, long[] shape, long[] data_offsets);
}

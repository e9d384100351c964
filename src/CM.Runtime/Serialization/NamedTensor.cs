using System.Runtime.InteropServices;

namespace CM.Runtime;

/// <summary>A tensor of a file of weights.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">Its number type as safetensors spells it: <c>F32</c>, <c>I64</c>, …</param>
/// <param name="Shape">Its shape; empty for a single number.</param>
/// <param name="Read">Reads its bytes, row-major, little-endian.</param>
internal sealed record NamedTensor(string Name, string Type, long[] Shape, Func<byte[]> Read)
{
    /// <summary>Whether its numbers can be weights.</summary>
    public bool IsFloat => Type is "F64" or "F32" or "F16" or "BF16";

    /// <summary>Its numbers; only where <see cref="IsFloat"/>.</summary>
    public float[] ToFloats()
    {
        var bytes = Read();
        return Type switch
        {
            "F32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            "F64" => [.. MemoryMarshal.Cast<byte, double>(bytes).ToArray().Select(value => (float)value)],
            "F16" => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(value => (float)value)],
            "BF16" =>
                [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16))],
            _ => throw new InvalidOperationException($"{Name} is {Type}."),
        };
    }
}

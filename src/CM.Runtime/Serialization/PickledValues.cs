namespace CM.Runtime;

/// <summary>A function or class that a pickle names. It is never looked up, let alone called.</summary>
/// <param name="Name">Module and name: <c>torch.FloatStorage</c>.</param>
internal sealed record PickledName(string Name);

/// <summary>A dictionary in the order of its entries. Keys are not compared, as they may be anything.</summary>
internal sealed class PickledDictionary
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>The last value under a name; null where there is none.</summary>
    public object? this[string name] => Entries.FindLast(entry => entry.Key is string key && key == name).Value;
}

/// <summary>An object of any class: what it holds, and nothing that it can do.</summary>
internal sealed class PickledObject
{
    /// <summary>Its attributes, usually a dictionary.</summary>
    public object? State { get; set; }

    /// <summary>Its entries, where it is a dictionary too.</summary>
    public PickledDictionary Items { get; } = new();
}

/// <summary>The numbers that tensors look into.</summary>
/// <param name="Type">Their type as safetensors spells it: <c>F32</c>, …</param>
/// <param name="Count">How many numbers there are.</param>
internal sealed record PickledStorage(string Type, long Count)
{
    /// <summary>Reads the bytes; set when it is known where they are.</summary>
    public Func<byte[]>? Read { get; set; }
}

/// <summary>A view into a storage, as torch has it.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Offset">Where the first one lies, in numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">How far the neighbours along each axis are from each other, in numbers.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>A tensor inside its storage, with no number twice.</summary>
    /// <exception cref="InvalidDataException">It does not fit into the storage.</exception>
    public static PickledTensor Inside(PickledStorage storage, long offset, long[] shape, long[] strides)
    {
        var count = shape.Aggregate((UInt128)1, (product, size) => product > long.MaxValue ? product : product * (ulong)size);
        var last = (UInt128)(ulong)Math.Max(0, offset) + shape.Zip(strides)
            .Aggregate((UInt128)0, (sum, axis) => sum + (ulong)Math.Max(0, axis.First - 1) * (UInt128)(ulong)axis.Second);
        return shape.Length == strides.Length && offset >= 0
            && count <= (UInt128)storage.Count && (count == 0 || last < (UInt128)storage.Count)
            ? new PickledTensor(storage, offset, shape, strides)
            : throw new InvalidDataException(
                $"a tensor [{string.Join(", ", shape)}] does not fit into its storage of {storage.Count} numbers");
    }
}

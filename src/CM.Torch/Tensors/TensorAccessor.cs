using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CM.Torch;
using static TorchSharp.torch;

namespace TorchSharp.Utils;

/// <summary>The numbers of a CPU tensor, in the order of its dimensions whatever its strides. Reads and writes the tensor's own memory.</summary>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>, IEnumerable
{
    private readonly Tensor tensor;
    private readonly long[] shape, strides;
    private readonly bool contiguous;

    internal TensorAccessor(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU)
            throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        if (TypeOf(typeof(T)) != tensor.dtype)
            throw new ArgumentException($"{tensor.dtype} is not compatible with {typeof(T).Name}");
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get
        {
            var value = At(Offset(indices));
            GC.KeepAlive(tensor);
            return value;
        }
        set
        {
            At(Offset(indices)) = value;
            GC.KeepAlive(tensor);
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>An array of the tensor's shape.</summary>
    public Array ToNDArray()
    {
        if (shape.Length == 0)
            return ToArray();
        // The element type is one that the caller's own code instantiated, so its array types exist.
#pragma warning disable IL3050
        var array = Array.CreateInstance(typeof(T), shape);
#pragma warning restore IL3050
        CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), checked((int)Count)));
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array.Slice(arrayIndex, Length(array.Length - arrayIndex, tensorIndex));
        if (contiguous)
            Span(tensorIndex, target.Length).CopyTo(target);
        else
            for (var i = 0; i < target.Length; i++)
                target[i] = At(Offset(tensorIndex + i));
        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array.Slice(arrayIndex, Length(array.Length - arrayIndex, tensorIndex));
        if (contiguous)
            source.CopyTo(Span(tensorIndex, source.Length));
        else
            for (var i = 0; i < source.Length; i++)
                At(Offset(tensorIndex + i)) = source[i];
        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            var value = At(Offset(i));
            GC.KeepAlive(tensor);
            yield return value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both hold the same numbers.</summary>
    public override bool Equals(object? obj) => obj is TensorAccessor<T> other && Count == other.Count && this.SequenceEqual(other);

    public override int GetHashCode() => HashCode.Combine(Count, typeof(T));

    public static bool operator ==(TensorAccessor<T> left, TensorAccessor<T> right) => left.Equals(right);
    public static bool operator !=(TensorAccessor<T> left, TensorAccessor<T> right) => !left.Equals(right);

    /// <summary>Nothing is held but the tensor, which stays its owner's.</summary>
    public void Dispose() { }

    private int Length(int room, long tensorIndex)
    {
        if (tensorIndex < 0 || tensorIndex > Count)
            throw new ArgumentOutOfRangeException(nameof(tensorIndex), tensorIndex, $"the tensor has {Count} elements");
        return checked((int)Math.Min(room, Count - tensorIndex));
    }

    // T is one of the primitive types that TypeOf accepts, so it holds no references.
    private unsafe Span<T> Span(long start, int length) => new((byte*)Native.cm_data(tensor) + start * Unsafe.SizeOf<T>(), length);

    private unsafe ref T At(long offset) => ref Unsafe.AsRef<T>((byte*)Native.cm_data(tensor) + offset * Unsafe.SizeOf<T>());

    private long Offset(long index)
    {
        if (contiguous)
            return index;
        long offset = 0;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            offset += index % shape[i] * strides[i];
            index /= shape[i];
        }
        return offset;
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && shape.Length != 1)
            return indices[0] >= 0 && indices[0] < Count ? Offset(indices[0]) : throw new IndexOutOfRangeException($"index {indices[0]} of {Count} elements");
        if (indices.Length != shape.Length)
            throw new ArgumentException($"{indices.Length} indices for {shape.Length} dimensions", nameof(indices));
        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
            offset += indices[i] >= 0 && indices[i] < shape[i] ? indices[i] * strides[i] : throw new IndexOutOfRangeException($"index {indices[i]} of dimension {i}, which has {shape[i]}");
        return offset;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// Tensors from numbers of .NET. Always a copy.
public static partial class torch
{
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Copy<bool>([scalar], [], dtype, device), requires_grad);
    public static Tensor tensor(IList<bool> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<bool> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<bool> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<bool> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(bool[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(bool[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(bool[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<bool>(rawArray, dtype, device), requires_grad, names);

    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) => Made(Copy<byte>([scalar], [], null, device), requires_grad);
    public static Tensor tensor(IList<byte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(byte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<byte> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<byte> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<byte> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(byte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(byte[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(byte[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<byte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<byte>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Copy<double>([scalar], [], dtype, device), requires_grad);
    public static Tensor tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<double> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<double> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<double> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(double[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(double[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(double[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<double> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<double>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) => Made(Copy<float>([scalar], [], null, device), requires_grad);
    public static Tensor tensor(IList<float> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<float> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<float> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<float> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(float[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(float[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(float[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<float> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<float>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) => Made(Copy<int>([scalar], [], null, device), requires_grad);
    public static Tensor tensor(IList<int> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(int[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<int> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<int> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(int[] rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(int[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(int[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(int[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<int> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<int>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) => Made(Copy<long>([scalar], [], dtype, device), requires_grad);
    public static Tensor tensor(IList<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(dataArray, [dataArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(dataArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<long> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<long> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<long> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(long[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(long[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(long[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<long>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(sbyte scalar, Device? device = null, bool requires_grad = false) => Made(Copy<sbyte>([scalar], [], null, device), requires_grad);
    public static Tensor tensor(IList<sbyte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(sbyte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(sbyte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<sbyte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<sbyte> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<sbyte> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<sbyte> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(sbyte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(sbyte[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(sbyte[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<sbyte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<sbyte>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor tensor(short scalar, Device? device = null, bool requires_grad = false) => Made(Copy<short>([scalar], [], null, device), requires_grad);
    public static Tensor tensor(IList<short> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(Span(rawArray), dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(short[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray, [rawArray.Length], dtype, device), requires_grad, names);
    public static Tensor tensor(short[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray, dimensions, dtype, device), requires_grad, names);
    public static Tensor tensor(IList<short> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(Span(rawArray), [rawArray.Count], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<short> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(Span(rawArray), [rows, columns], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<short> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(Span(rawArray), [dim0, dim1, dim2], dtype, device), requires_grad, names);
    public static Tensor tensor(IList<short> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(Span(rawArray), [dim0, dim1, dim2, dim3], dtype, device), requires_grad, names);
    public static Tensor tensor(short[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(short[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(short[,,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray, dtype, device), requires_grad, names);
    public static Tensor tensor(Memory<short> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) => Made(Copy<short>(rawArray.Span, dimensions, dtype, device), requires_grad, names);

    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>A tensor of the array's shape and numbers; the array may have any rank.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Made(Copy(rawArray, dtype, device), requires_grad, names);

    /// <summary><paramref name="count"/> elements of <paramref name="dtype"/>, <paramref name="offset"/> bytes into the array (a copy, unlike TorchSharp's).</summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        var bytes = Bytes(rawArray)[checked((int)offset)..];
        var size = dtype.ElementSize();
        if (count < 0)
            count = bytes.Length / size;
        if (count * size > bytes.Length)
            throw new ArgumentException($"{count} elements of {dtype} need {count * size} bytes; the buffer holds {bytes.Length} from offset {offset} on", nameof(count));
        return Made(Copy(bytes, [count], dtype), requires_grad);
    }

    internal static ScalarType TypeOf(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(double) ? ScalarType.Float64
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(short) ? ScalarType.Int16
        : type == typeof(byte) ? ScalarType.Byte
        : type == typeof(sbyte) ? ScalarType.Int8
        : type == typeof(bool) ? ScalarType.Bool
        : type == typeof(Half) ? ScalarType.Float16
        : throw new ArgumentException($"{type.Name} is no element type of a tensor");

    private static Tensor Copy<T>(ReadOnlySpan<T> numbers, ReadOnlySpan<long> dimensions, ScalarType? dtype, Device? device) where T : unmanaged =>
        Converted(Copy(MemoryMarshal.AsBytes(numbers), dimensions, TypeOf(typeof(T))), dtype, device);

    private static Tensor Copy<T>(Array array, ScalarType? dtype, Device? device) where T : unmanaged => Copy(array, dtype, device);

    private static Tensor Copy(Array array, ScalarType? dtype, Device? device)
    {
        var dimensions = new long[array.Rank];
        for (var i = 0; i < dimensions.Length; i++)
            dimensions[i] = array.GetLongLength(i);
        return Converted(Copy(Bytes(array), dimensions, TypeOf(array.GetType().GetElementType()!)), dtype, device);
    }

    private static unsafe Tensor Copy(ReadOnlySpan<byte> bytes, ReadOnlySpan<long> dimensions, ScalarType type)
    {
        long count = 1;
        foreach (var dimension in dimensions)
            count = dimension >= 0 ? checked(count * dimension) : throw new ArgumentException($"a dimension is negative: [{string.Join(", ", dimensions.ToArray())}]", nameof(dimensions));
        if (count * type.ElementSize() != bytes.Length)
            throw new ArgumentException($"{bytes.Length / type.ElementSize()} numbers do not make a tensor of shape [{string.Join(", ", dimensions.ToArray())}]", nameof(dimensions));
        fixed (byte* data = bytes)
            return cm_from_data(data, dimensions, dimensions.Length, (int)type);
    }

    private static Tensor Converted(Tensor tensor, ScalarType? dtype, Device? device) =>
        (dtype is { } wanted && wanted != tensor.dtype) || (device is not null && device.type != DeviceType.CPU)
            ? tensor.to(dtype ?? tensor.dtype, device ?? CPU, disposeAfter: true)
            : tensor;

    private static ReadOnlySpan<byte> Bytes(Array array) =>
        MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(array), checked((int)(array.LongLength * TypeOf(array.GetType().GetElementType()!).ElementSize())));

    private static ReadOnlySpan<T> Span<T>(IList<T> list) => list switch
    {
        T[] array => array,
        List<T> numbers => CollectionsMarshal.AsSpan(numbers),
        _ => list.ToArray(),
    };
}

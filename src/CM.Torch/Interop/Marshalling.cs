using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

/// <summary>
/// Passes a tensor as its native handle and keeps it alive through the call; <see langword="null"/> passes as "no tensor". A tensor that
/// comes back is owned by its new <see cref="Tensor"/>; none coming back means the call failed.
/// </summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
internal static class TensorMarshaller
{
    internal ref struct In
    {
        private Tensor? tensor;

        public void FromManaged(Tensor? managed) => tensor = managed;
        public readonly nint ToUnmanaged() => tensor is null ? 0 : tensor.Handle;
        public readonly void OnInvoked() => GC.KeepAlive(tensor);
        public readonly void Free() { }
    }

    internal static class Out
    {
        public static Tensor ConvertToManaged(nint handle) => handle != 0 ? TensorObjects.For(handle) : throw Native.Error();
    }
}

/// <summary>Passes a generator as its native handle and keeps it alive through the call; <see langword="null"/> is the default one.</summary>
[CustomMarshaller(typeof(Generator), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
internal static class GeneratorMarshaller
{
    internal ref struct In
    {
        private Generator? generator;

        public void FromManaged(Generator? managed) => generator = managed;
        public readonly nint ToUnmanaged() => generator is null ? 0 : generator.Handle;
        public readonly void OnInvoked() => GC.KeepAlive(generator);
        public readonly void Free() { }
    }
}

/// <summary>A number on its way to or from libtorch: its bits and whether they are a float64, an int64, a bool, or nothing.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Number
{
    internal readonly long Bits;
    internal readonly int Kind;

    private Number(long bits, int kind) => (Bits, Kind) = (bits, kind);

    internal const int Float = 0, Integer = 1, Truth = 2, Nothing = 3;

    internal double Value => Kind == Float ? BitConverter.Int64BitsToDouble(Bits) : Bits;
    internal long Whole => Kind == Float ? (long)BitConverter.Int64BitsToDouble(Bits) : Bits;

    public static implicit operator Number(double value) => new(BitConverter.DoubleToInt64Bits(value), Float);
    public static implicit operator Number(long value) => new(value, Integer);
    public static implicit operator Number(bool value) => new(value ? 1 : 0, Truth);
    public static implicit operator Number(Scalar? value) => value is null ? new(0, Nothing) : value.Number;
}

/// <summary>A truth value of 32 bits, on which C# and C agree.</summary>
internal readonly struct Flag
{
    private readonly int value;

    private Flag(bool value) => this.value = value ? 1 : 0;

    public static implicit operator Flag(bool value) => new(value);
    public static implicit operator bool(Flag flag) => flag.value != 0;
}

/// <summary>What a new tensor is to be: type and place. Negative is "the default", or that of the tensor it is made after.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Options(ScalarType? dtype, Device? device)
{
    private readonly int dtype = dtype.Code();
    private readonly int device = device is null ? -1 : (int)device.type;
    private readonly int index = device is null ? -1 : device.index;
}

/// <summary>How a call that returns no tensor went.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Done
{
#pragma warning disable CS0649 // libtorch's side writes it.
    private readonly int failed;
#pragma warning restore CS0649

    internal void Check()
    {
        if (failed != 0)
            throw Native.Error();
    }

    /// <summary>The tensor that was changed in place.</summary>
    internal Tensor Of(Tensor self)
    {
        Check();
        return self;
    }
}

internal static class Codes
{
    internal static int Code(this ScalarType? type) => type.HasValue ? (int)type.GetValueOrDefault() : -1;
}

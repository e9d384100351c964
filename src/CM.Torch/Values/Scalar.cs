using CM.Torch;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number for libtorch. Here a plain value without native memory: disposing it is allowed and does nothing.</summary>
public sealed class Scalar : IDisposable
{
    internal readonly Number Number;

    internal Scalar(Number number) => Number = number;

    public ScalarType Type => Number.Kind switch
    {
        Number.Float => ScalarType.Float64,
        Number.Integer => ScalarType.Int64,
        _ => ScalarType.Bool,
    };

    public void Dispose() { }

    public static implicit operator Scalar(byte value) => new((long)value);
    public static implicit operator Scalar(sbyte value) => new((long)value);
    public static implicit operator Scalar(short value) => new((long)value);
    public static implicit operator Scalar(int value) => new((long)value);
    public static implicit operator Scalar(long value) => new(value);
    public static implicit operator Scalar(Half value) => new((double)value);
    public static implicit operator Scalar(float value) => new((double)value);
    public static implicit operator Scalar(double value) => new(value);
    public static implicit operator Scalar(bool value) => new(value);
}

public static class ScalarExtensionMethods
{
    public static bool ToBoolean(this Scalar value) => value.Number.Value != 0;
    public static byte ToByte(this Scalar value) => (byte)value.Number.Whole;
    public static double ToDouble(this Scalar value) => value.Number.Value;
    public static Half ToHalf(this Scalar value) => (Half)value.Number.Value;
    public static short ToInt16(this Scalar value) => (short)value.Number.Whole;
    public static int ToInt32(this Scalar value) => (int)value.Number.Whole;
    public static long ToInt64(this Scalar value) => value.Number.Whole;
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Number.Whole;
    public static float ToSingle(this Scalar value) => (float)value.Number.Value;

    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;
    public static Scalar ToScalar(this Half value) => value;
}

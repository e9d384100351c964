using System.Runtime.CompilerServices;
using CM.Torch;
using static CM.Torch.Native;
using static TorchSharp.torch;

namespace TorchSharp;

// Numbers out of tensors, and into them.
public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The numbers of a CPU tensor; <typeparamref name="T"/> is its element type.</summary>
        public Utils.TensorAccessor<T> data<T>() where T : unmanaged => new(this);

        /// <summary>The memory of a contiguous CPU tensor; setting copies bytes into it.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                if (device_type != DeviceType.CPU)
                    throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
                if (!is_contiguous())
                    throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
                return new Span<byte>((void*)cm_data(this), checked((int)(NumberOfElements * ElementSize)));
            }
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"{value.Length} bytes for a tensor of {target.Length}");
                value.CopyTo(target);
            }
        }

        /// <summary>The one number of a tensor with one element, on any device; <typeparamref name="T"/> is its element type.</summary>
        public T item<T>() where T : unmanaged
        {
            if (TypeOf(typeof(T)) is var type && type != dtype)
                throw new ArgumentException($"{dtype} is not compatible with {typeof(T).Name}");
            var number = Only();
            return type switch
            {
                ScalarType.Float32 => As((float)number.Value),
                ScalarType.Float64 => As(number.Value),
                ScalarType.Float16 => As((Half)number.Value),
                ScalarType.Int64 => As(number.Whole),
                ScalarType.Int32 => As((int)number.Whole),
                ScalarType.Int16 => As((short)number.Whole),
                ScalarType.Int8 => As((sbyte)number.Whole),
                ScalarType.Byte => As((byte)number.Whole),
                _ => As(number.Whole != 0),
            };

            static T As<TNumber>(TNumber value) where TNumber : unmanaged => Unsafe.BitCast<TNumber, T>(value);
        }

        public Scalar ToScalar() => new(Only());

        public float ReadCpuSingle(long i) => data<float>()[i];
        public double ReadCpuDouble(long i) => data<double>()[i];
        public long ReadCpuInt64(long i) => data<long>()[i];
        public int ReadCpuInt32(long i) => data<int>()[i];
        public byte ReadCpuByte(long i) => data<byte>()[i];
        public bool ReadCpuBool(long i) => data<bool>()[i];

        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator sbyte(Tensor value) => value.ToSByte();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator short(Tensor value) => value.ToInt16();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        internal Number Only()
        {
            cm_item(this, out var number).Check();
            return number;
        }
    }
}

public static class TensorExtensionMethods
{
    public static float ToSingle(this Tensor value) => (float)value.Only().Value;
    public static double ToDouble(this Tensor value) => value.Only().Value;
    public static Half ToHalf(this Tensor value) => (Half)value.Only().Value;
    public static sbyte ToSByte(this Tensor value) => (sbyte)value.Only().Whole;
    public static byte ToByte(this Tensor value) => (byte)value.Only().Whole;
    public static short ToInt16(this Tensor value) => (short)value.Only().Whole;
    public static int ToInt32(this Tensor value) => (int)value.Only().Whole;
    public static long ToInt64(this Tensor value) => value.Only().Whole;
    public static bool ToBoolean(this Tensor value) => value.Only().Value != 0;

    /// <summary>Bytes of one element.</summary>
    public static int ElementSize(this ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool or ScalarType.QInt8 or ScalarType.QUInt8 => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 or ScalarType.QInt32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentException($"{type} is no element type of a tensor"),
    };

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    public static Modules.Parameter AsParameter(this Tensor tensor) => new(tensor);
}

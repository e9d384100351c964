using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

// From one type, or device, to another.
public static partial class torch
{
    public partial class Tensor
    {
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(type, device, copy, disposeAfter, non_blocking);
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(type, null, copy, disposeAfter, non_blocking);
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(null, device, copy, disposeAfter, non_blocking);
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(null, new Device(device), copy, disposeAfter, non_blocking);
        public Tensor to(DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(null, new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);
        public Tensor to(Tensor other, bool non_blocking = false) => cm_to_like(this, other, non_blocking);
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) => To(type, null, copy, disposeAfter, non_blocking);
        public Tensor type(ScalarType dtype) => To(dtype);
        public Tensor type(Func<Tensor, Tensor> typeFunc) => typeFunc(this);
        public Tensor type_as(Tensor tensor) => To(tensor.dtype);

        public Tensor cpu() => To(null, CPU);
        public Tensor cuda(Device? device = null, bool non_blocking = false) => To(null, device ?? CUDA, nonBlocking: non_blocking);
        public Tensor mps(bool non_blocking = false) => To(null, MPS, nonBlocking: non_blocking);

        public Tensor bfloat16() => To(ScalarType.BFloat16);
        public Tensor @bool() => To(ScalarType.Bool);
        public Tensor @byte() => To(ScalarType.Byte);
        public Tensor @char() => To(ScalarType.Int8);
        public Tensor @double() => To(ScalarType.Float64);
        public Tensor @float() => To(ScalarType.Float32);
        public Tensor half() => To(ScalarType.Float16);
        public Tensor @int() => To(ScalarType.Int32);
        public Tensor @long() => To(ScalarType.Int64);
        public Tensor @short() => To(ScalarType.Int16);

        // As in torch: the same tensor once more where there is nothing to convert.
        private Tensor To(ScalarType? type, Device? device = null, bool copy = false, bool disposeAfter = false, bool nonBlocking = false)
        {
            var result = cm_to(this, new(type, device), nonBlocking, copy);
            if (disposeAfter)
                Dispose();
            return result;
        }
    }

    public static Tensor BoolTensor(Tensor t) => t.@bool();
    public static Tensor ByteTensor(Tensor t) => t.@byte();
    public static Tensor DoubleTensor(Tensor t) => t.@double();
    public static Tensor FloatTensor(Tensor t) => t.@float();
    public static Tensor IntTensor(Tensor t) => t.@int();
    public static Tensor LongTensor(Tensor t) => t.@long();
    public static Tensor ShortTensor(Tensor t) => t.@short();

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) => data.to(dtype ?? data.dtype, device ?? data.device);
}

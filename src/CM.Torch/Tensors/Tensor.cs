using System.Runtime.CompilerServices;
using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor: one counted reference to libtorch's own. Dispose it where it is last used, or make it in a <see cref="DisposeScope"/>; the
    /// finalizer is only a net.
    /// </summary>
    [System.Runtime.InteropServices.Marshalling.NativeMarshalling(typeof(TensorMarshaller))]
    public partial class Tensor : IDisposable
    {
        private static long totalCount, peakCount;

        private nint handle;
        private Net? net;

        // The scope that disposes this tensor, and the place it has there; both are the scope's to change.
        internal DisposeScope? Owner;
        internal int Place;

        // Whether others may still look at this object after the step in which it was made.
        internal bool IsLent;

        internal Tensor(nint handle) => Hold(handle);

        /// <summary>Stands for a native tensor, in place of none.</summary>
        internal void Hold(nint handle)
        {
            this.handle = handle;
            net = Net.Under(handle);
            var count = Interlocked.Increment(ref totalCount);
            if (count > peakCount)
                peakCount = count;
            DisposeScope.Current?.Attach(this);
        }

        /// <summary>Tensors alive in this process.</summary>
        public static long TotalCount => Interlocked.Read(ref totalCount);

        /// <summary>The most there ever were at a time.</summary>
        public static long PeakCount => Interlocked.Read(ref peakCount);

        /// <summary>libtorch's TensorImpl.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was disposed.</exception>
        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Tensor), "Tensor invalid -- it was disposed.");

        public bool IsInvalid => handle == 0;

        public void Dispose() => Dispose(true);

        protected virtual void Dispose(bool disposing)
        {
            if (handle != 0)
                cm_release(DecoupleFromNativeHandle());
        }

        /// <summary>Gives the native tensor away: the caller owns it now, and this object is as if disposed.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            Owner?.MarkAsDisposed(this);
            var given = handle;
            handle = 0;
            if (net is { } used)
            {
                net = null;
                used.Fold();
                Interlocked.Decrement(ref totalCount);
            }
            return given;
        }

        /// <summary>Takes over a native tensor.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        /// <summary>
        /// Catches the native tensor of a <see cref="Tensor"/> that nobody disposed. It is an object apart from the tensor because making and
        /// un-making a finalizable object costs as much as a third of a small operation: a net that is no longer needed serves the next tensor.
        /// </summary>
        private sealed class Net
        {
            private const int MostKept = 4096;

            [ThreadStatic] private static Net? spare;
            [ThreadStatic] private static int spares;

            private nint handle;
            private Net? next;

            ~Net()
            {
                if (handle == 0)
                    return;
                cm_release(handle);
                Interlocked.Decrement(ref totalCount);
            }

            public static Net Under(nint handle)
            {
                var net = spare;
                if (net is null)
                    return new Net { handle = handle };
                spare = net.next;
                spares--;
                net.next = null;
                net.handle = handle;
                return net;
            }

            public void Fold()
            {
                handle = 0;
                // One thread may make what another disposes of; spares must not pile up there.
                if (spares >= MostKept)
                {
                    GC.SuppressFinalize(this);
                    return;
                }
                next = spare;
                spare = this;
                spares++;
            }

            public void Change(nint handle) => this.handle = handle;
        }

        /// <summary>Holds another native tensor from now on, a leaf that needs gradients as before, and forgets the one it held.</summary>
        internal void Become(Tensor next)
        {
            next.requires_grad_(requires_grad);
            cm_release(handle);
            handle = next.DecoupleFromNativeHandle();
            net!.Change(handle);
        }

        public Tensor MoveToOuterDisposeScope()
        {
            Owner?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.Owner!);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            Owner?.MarkAsDisposed(this);
            other?.Attach(this);
            return this;
        }

        public Tensor DetachFromDisposeScope()
        {
            Owner?.Detach(this);
            return this;
        }

        public ScalarType dtype => (ScalarType)cm_dtype(this);

        public Device device => cm_device(this, out var index) is var type && type == 0 ? CPU : new Device((DeviceType)type, index);

        public DeviceType device_type => (DeviceType)cm_device(this, out _);

        public int device_index
        {
            get
            {
                cm_device(this, out var index);
                return index;
            }
        }

        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_sparse => cm_is_sparse(this);
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_contiguous() => cm_is_contiguous(this);
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_integral() => torch.is_integral(dtype);
        public bool is_complex() => dtype is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;

        public bool is_nonzero()
        {
            cm_is_nonzero(this, out var value).Check();
            return value;
        }

        public bool is_pinned()
        {
            cm_is_pinned(this, out var pinned).Check();
            return pinned;
        }

        public long Dimensions => cm_dim(this);
        public long ndim => cm_dim(this);
        public long dim() => cm_dim(this);
        public long NumberOfElements => cm_numel(this);
        public long numel() => cm_numel(this);
        public long ElementSize => cm_element_size(this);
        public long element_size() => cm_element_size(this);
        public long storage_offset() => cm_storage_offset(this);

        public long[] shape
        {
            get
            {
                var sizes = new long[cm_dim(this)];
                cm_shape(this, sizes);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim)
        {
            cm_size(this, dim, out var size).Check();
            return size;
        }

        public long[] stride()
        {
            var strides = new long[cm_dim(this)];
            cm_strides(this, strides);
            return strides;
        }

        public long stride(int dim)
        {
            cm_stride(this, dim, out var stride).Check();
            return stride;
        }

        public Tensor pin_memory() => cm_pin_memory(this);

        public Tensor set_(Tensor source) => cm_set_(this, source).Of(this);

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>Whether both have the same shape and the same numbers.</summary>
        public bool Equals(Tensor target)
        {
            cm_equal(this, target, out var same).Check();
            return same;
        }

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false)
        {
            cm_allclose(this, target, rtol, atol, equal_nan, out var close).Check();
            return close;
        }

        public override string ToString() => IsInvalid ? "[disposed]" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";
    }

    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) => tensor.allclose(target, rtol, atol, equal_nan);
    public static bool is_floating_point(Tensor input) => input.is_floating_point();
    public static bool is_integral(Tensor t) => t.is_integral();
    public static bool is_nonzero(Tensor input) => input.is_nonzero();
    public static bool is_tensor(object obj) => obj is Tensor;
    public static long numel(Tensor input) => input.numel();
}

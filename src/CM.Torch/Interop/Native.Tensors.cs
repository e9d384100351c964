using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

// SuppressGCTransition where the C function reads a field and returns.
internal static partial class Native
{
    [LibraryImport(Library)] internal static partial void cm_release(nint handle);

    [LibraryImport(Library), SuppressGCTransition] internal static partial long cm_dim(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long cm_numel(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long cm_element_size(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int cm_dtype(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int cm_device(Tensor self, out int index);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void cm_shape(Tensor self, Span<long> shape);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void cm_strides(Tensor self, Span<long> strides);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long cm_storage_offset(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_is_contiguous(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_is_leaf(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_requires_grad(Tensor self);
    [LibraryImport(Library), SuppressGCTransition] internal static partial Flag cm_is_sparse(Tensor self);
    [LibraryImport(Library)] internal static partial nint cm_data(Tensor self);

    [LibraryImport(Library)] internal static partial Done cm_size(Tensor self, long dim, out long size);
    [LibraryImport(Library)] internal static partial Done cm_stride(Tensor self, long dim, out long stride);
    [LibraryImport(Library)] internal static partial Done cm_item(Tensor self, out Number value);
    [LibraryImport(Library)] internal static partial Done cm_equal(Tensor self, Tensor other, out Flag same);
    [LibraryImport(Library)] internal static partial Done cm_allclose(Tensor self, Tensor other, double rtol, double atol, Flag equal_nan, out Flag close);
    [LibraryImport(Library)] internal static partial Done cm_is_nonzero(Tensor self, out Flag value);
    [LibraryImport(Library)] internal static partial Done cm_is_pinned(Tensor self, out Flag pinned);
    [LibraryImport(Library)] internal static partial Tensor cm_pin_memory(Tensor self);
    [LibraryImport(Library)] internal static partial Done cm_set_(Tensor self, Tensor source);
}

using System.Runtime.InteropServices;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Flag cm_memory_is_kept();
    [LibraryImport(Library)] internal static partial nint cm_version();
    [LibraryImport(Library)] internal static partial int cm_build_info(Span<byte> text, int capacity);

    [LibraryImport(Library)] internal static partial int cm_num_threads();
    [LibraryImport(Library)] internal static partial int cm_num_interop_threads();
    [LibraryImport(Library)] internal static partial Done cm_set_num_threads(int count);
    [LibraryImport(Library)] internal static partial Done cm_set_num_interop_threads(int count);

    [LibraryImport(Library)] internal static partial int cm_default_dtype();
    [LibraryImport(Library)] internal static partial Done cm_set_default_dtype(int dtype);
    [LibraryImport(Library)] internal static partial Done cm_promote_types(int first, int second, out int result);

    [LibraryImport(Library)] internal static partial int cm_cuda_count();
    [LibraryImport(Library)] internal static partial Flag cm_cudnn_available();
    [LibraryImport(Library)] internal static partial Done cm_cuda_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial Done cm_cuda_manual_seed_all(ulong seed);
    [LibraryImport(Library)] internal static partial Done cm_cuda_synchronize(long device);
    [LibraryImport(Library)] internal static partial Done cm_mps_available(out Flag available);

    [LibraryImport(Library)] internal static partial Flag cm_allow_tf32_cublas();
    [LibraryImport(Library)] internal static partial void cm_set_allow_tf32_cublas(Flag allow);
    [LibraryImport(Library)] internal static partial Flag cm_allow_tf32_cudnn();
    [LibraryImport(Library)] internal static partial void cm_set_allow_tf32_cudnn(Flag allow);
}

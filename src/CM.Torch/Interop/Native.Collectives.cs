using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Flag cm_has_gloo();
    [LibraryImport(Library)] internal static partial Flag cm_has_nccl();
    [LibraryImport(Library, StringMarshalling = Text)] internal static partial nint cm_group_connect(string host, int port, int rank, int size, Flag serves, string prefix, int cuda_index, long timeout_ms);
    [LibraryImport(Library)] internal static partial void cm_group_release(nint group);
    [LibraryImport(Library)] internal static partial Done cm_group_sum(nint group, Tensor tensor);
    [LibraryImport(Library)] internal static partial Tensor cm_group_gather(nint group, Tensor tensor);
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Flag cm_has_graphs();
    [LibraryImport(Library)] internal static partial nint cm_graph_new(int index);
    [LibraryImport(Library)] internal static partial void cm_graph_release(nint graph);
    [LibraryImport(Library)] internal static partial Done cm_graph_enter(nint graph);
    [LibraryImport(Library)] internal static partial Done cm_graph_leave(nint graph);
    [LibraryImport(Library)] internal static partial Done cm_graph_begin(nint graph);
    [LibraryImport(Library)] internal static partial Done cm_graph_end(nint graph);
    [LibraryImport(Library)] internal static partial Done cm_graph_replay(nint graph);

    [LibraryImport(Library)] internal static partial nint cm_lane_new(int device, int index);
    [LibraryImport(Library)] internal static partial void cm_lane_release(nint lane);
    [LibraryImport(Library)] internal static partial Tensor cm_stage(ReadOnlySpan<long> shape, long shapeCount, int dtype);
    [LibraryImport(Library)] internal static partial nint cm_lane_send(nint lane, Tensor staged);
    [LibraryImport(Library)] internal static partial Tensor cm_lane_receive(nint lane, nint sent);
    [LibraryImport(Library)] internal static partial void cm_sent_release(nint sent);
}

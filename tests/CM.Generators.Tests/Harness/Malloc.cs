using System.Runtime.InteropServices;

namespace CM.Generators.Tests;

/// <summary>What malloc of this process has handed out and not got back; libtorch's tensors of the CPU lie there.</summary>
internal static partial class Malloc
{
    /// <summary>Bytes in use. What other tests have left behind is freed first.</summary>
    public static long InUse()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var info = mallinfo2();
        return (long)(info.InBlocks + info.Mapped);
    }

    [LibraryImport("libc")]
    private static partial Info mallinfo2();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        private readonly nuint arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks, uordblks, fordblks, keepcost;

        public nuint InBlocks => uordblks;

        public nuint Mapped => hblkhd;
    }
}

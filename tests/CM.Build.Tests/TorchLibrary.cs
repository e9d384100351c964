namespace CM.Build.Tests;

/// <summary>TorchSharp's native library for Linux in the folder of NuGet packages.</summary>
internal static class TorchLibrary
{
    public const string Version = "0.107.0";

    /// <summary>The position of the flags of GLIBCXX_3.4.32, as <c>readelf -SV</c> shows it: section, entry, field.</summary>
    public const int FlagsOffset = SectionStart + 0x140 + 4;
    public const int SectionStart = 0x3f8f0, SectionEnd = SectionStart + 0x210;

    public static string Path { get; } =
        System.IO.Path.Combine(Packages, "torchsharp", Version, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}

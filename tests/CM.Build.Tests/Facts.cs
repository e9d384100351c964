namespace CM.Build.Tests;

/// <summary>A test of links and file modes, as Linux has them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
            Skip = "this is for Linux";
    }
}

/// <summary>A test of TorchSharp's native library for Linux.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchLibraryFactAttribute : FactAttribute
{
    public TorchLibraryFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(TorchLibrary.Path))
            Skip = $"this is for Linux, with TorchSharp restored to {TorchLibrary.Path}";
    }
}

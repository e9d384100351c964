using System.Runtime.InteropServices;
using System.Xml;
using System.Xml.Linq;

namespace CM.Driver;

/// <summary>
/// Chooses the package with libtorch, MSBuild's <c>TorchPackage</c>: one with CUDA where an NVIDIA driver answers and the package restores.
/// </summary>
/// <param name="remembered">The file of the last choice, which MSBuild imports.</param>
/// <param name="cuda">The package with CUDA for this machine; null where there is none.</param>
/// <param name="driverAnswers">Asks the NVIDIA driver.</param>
/// <param name="restoreFailure">Restores a package and returns the reason why that failed, or null.</param>
/// <param name="say">Takes a line for the user.</param>
internal sealed class TorchChoice(
    string remembered, string? cuda, Func<bool> driverAnswers, Func<string, string?> restoreFailure, Action<string> say)
{
    public const string Variable = "TorchPackage";

    private const string Cpu = "TorchSharp-cpu", CudaLinux = "TorchSharp-cuda-linux", CudaWindows = "TorchSharp-cuda-windows";
    private const string ReasonProperty = "TorchPackageReason", NoDriver = "no NVIDIA driver answers";

    public static readonly IReadOnlyList<string> Packages = [Cpu, CudaLinux, CudaWindows];

    public TorchChoice(Workspace workspace)
        : this(
            Path.Combine(workspace.State, "torch.props"),
            CudaHere(),
            NvidiaDriver.Answers,
            new PackageProbe(workspace).Failure,
            Workspace.Say)
    {
    }

    /// <summary>The package by the environment, otherwise by the last choice, otherwise by a new one, which is said and kept.</summary>
    public string Package(string? byEnvironment)
    {
        if (!string.IsNullOrEmpty(byEnvironment))
            return Packages.Contains(byEnvironment) ? byEnvironment
                : throw new UserError($"{Variable}={byEnvironment} in the environment is none of {string.Join(", ", Packages)}");
        var last = Read();
        if (last is not null && last.Reason != NoDriver)
            return last.Package;
        var driver = cuda is not null && driverAnswers();
        if (last is not null && !driver)
            return last.Package;
        var choice = driver ? WithDriver(cuda!) : new(Cpu, NoDriver);
        say($"{choice.Package}: {choice.Reason}");
        Write(choice);
        return choice.Package;
    }

    private Choice WithDriver(string package)
    {
        say($"an NVIDIA driver answers; restoring {package}, some gigabytes the first time");
        return restoreFailure(package) is { } failure
            ? new(Cpu, $"an NVIDIA driver answers, but {package} does not restore: {failure}; delete .cm/torch.props to try again")
            : new(package, "an NVIDIA driver answers, and the package restores");
    }

    private Choice? Read()
    {
        try
        {
            var file = XDocument.Load(remembered);
            return Property(Variable) is { } package && Packages.Contains(package) ? new(package, Property(ReasonProperty)) : null;

            string? Property(string name) => file.Descendants(name).FirstOrDefault()?.Value;
        }
        catch (Exception exception) when (exception is IOException or XmlException)
        {
            return null;
        }
    }

    private void Write(Choice choice) =>
        new XElement("Project",
            new XElement("PropertyGroup",
                new XElement(Variable, new XAttribute("Condition", $"'$({Variable})' == ''"), choice.Package),
                new XElement(ReasonProperty, choice.Reason))).Save(remembered);

    private static string? CudaHere() =>
        RuntimeInformation.OSArchitecture != Architecture.X64 ? null
        : OperatingSystem.IsLinux() ? CudaLinux
        : OperatingSystem.IsWindows() ? CudaWindows
        : null;

    /// <param name="Package">The package.</param>
    /// <param name="Reason">The reason for it; null in a file that the user wrote.</param>
    private sealed record Choice(string Package, string? Reason);
}

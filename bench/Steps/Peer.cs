using System.ComponentModel;
using System.Diagnostics;

namespace Bench;

/// <summary>A program that takes the same steps, written by hand.</summary>
/// <param name="Name">Its name for people.</param>
internal abstract record Peer(string Name)
{
    public static readonly Peer[] All = [new PyTorch(), new HandWritten()];

    /// <summary>Its name as an option and in arrays.</summary>
    public string Option => Name.ToLowerInvariant();

    /// <summary>The reason why it cannot be measured; null where it can.</summary>
    public virtual string? Missing => null;

    /// <summary>The name of a measurement in arrays.</summary>
    /// <param name="name">A measurement of one side, such as seconds.</param>
    public virtual string Key(string name) => $"{name}_{Option}";

    /// <summary>The name of a measurement in arrays.</summary>
    /// <param name="name">A measurement of ours beside the peer's, such as ratio.</param>
    public virtual string RatioKey(string name) => Key(name);

    /// <summary>Times its steps once.</summary>
    public abstract Side Time(Workload workload, int threads);

    /// <summary>Its loss for the weights and inputs of a file.</summary>
    public abstract Side Check(Workload workload, string file);

    /// <summary>Eager PyTorch: the programs of bench/peers.</summary>
    private sealed record PyTorch() : Peer("PyTorch")
    {
        public override string? Missing
        {
            get
            {
                try
                {
                    var start = new ProcessStartInfo(Python, ["-c", "import torch"]) { RedirectStandardError = true };
                    using var process = Process.Start(start)!;
                    process.StandardError.ReadToEnd();
                    process.WaitForExit();
                    return process.ExitCode == 0 ? null : $"{Python} has no torch (Debian: apt-get install python3-torch)";
                }
                catch (Win32Exception)
                {
                    return $"there is no {Python} (Debian: apt-get install python3-torch)";
                }
            }
        }

        // CM_PYTHON, otherwise the system's: a python3 earlier on the path may be one without torch.
        private static string Python { get; } =
            Environment.GetEnvironmentVariable("CM_PYTHON") ?? (File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3");

        public override string Key(string name) => $"{name}_peer";

        public override string RatioKey(string name) => name;

        public override Side Time(Workload workload, int threads) =>
            Start(workload, ["--steps", $"{workload.Steps}", "--warmup", $"{workload.WarmUp}", "--threads", $"{threads}"], threads);

        public override Side Check(Workload workload, string file) => Start(workload, ["--check", file], 1);

        private static Side Start(Workload workload, string[] arguments, int threads)
        {
            var script = Path.Combine(AppContext.BaseDirectory, "peers", workload.PyTorch[0] + ".py");
            return SideProcess.Start(Python, [script, .. arguments, .. workload.PyTorch[1..]], threads);
        }
    }

    /// <summary>TorchSharp's own modules and optimisers, on the same libtorch as ours.</summary>
    private sealed record HandWritten() : Peer("TorchSharp")
    {
        public override Side Time(Workload workload, int threads) => SideProcess.Again(["peer", workload.Name, $"{threads}"], threads);

        public override Side Check(Workload workload, string file) => SideProcess.Again(["peer-check", workload.Name, file], 1);
    }
}

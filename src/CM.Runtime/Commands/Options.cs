using System.CommandLine;

namespace CM.Runtime;

/// <summary>Options that several commands share, and what they mean.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "Print JSON for programs." };

    public static Option<string?> Data() =>
        new("--data") { Description = $"Folder with data files. Default: {DataFolder.Variable}, else 'data' here or above.", HelpName = "DIR" };

    public static Option<string?> Device() => new("--device") { Description = "cpu, cuda or cuda:N. Default: cuda where there is one.", HelpName = "DEVICE" };

    public static Option<int?> Threads() => new("--threads") { Description = "Threads of libtorch. Default: the physical cores.", HelpName = "N" };

    public static Option<string?> Average() =>
        new("--ema") { Description = "Which average of the weights, online, or power-WIDTH made of averages put aside. Default: the first that is declared.", HelpName = "NAME" };

    public static Option<long?> Seed() => new("--seed") { Description = "Where every random number comes from. Default: as declared.", HelpName = "N" };

    /// <summary>Refuses numbers below 1.</summary>
    public static int AtLeastOne(int value, string option) =>
        value >= 1 ? value : throw new UserError($"{option} {value}: a whole number from 1 on was expected.");

    /// <summary>Examples that are trained on at once.</summary>
    /// <param name="given">What the user asked for; null for all.</param>
    /// <param name="batch">Examples of a process.</param>
    /// <param name="plan">What is trained.</param>
    /// <exception cref="UserError">The experiment's batches cannot be split.</exception>
    public static int? MicroBatch(int? given, int batch, ExperimentPlan plan) =>
        given is not { } part ? null
        : AtLeastOne(part, "--micro-batch") < batch && plan.CouplesBatch ? throw new UserError($"--micro-batch {part}: the coupling of {plan.Name} matches what its networks make of a whole batch, which cannot be done in parts; leave --micro-batch out, or take a smaller --batch.")
        : part;

    /// <summary>Checks the name of a file that a command is to write, before anything is computed.</summary>
    /// <param name="path">The name that the user gave.</param>
    /// <param name="formats">The formats that are written, for messages: <c>weights are written as .safetensors</c>.</param>
    /// <param name="endings">Their endings.</param>
    /// <exception cref="UserError">Its ending is another, it is there already, or its folder is not there.</exception>
    public static string NewFile(string path, string formats, params string[] endings)
    {
        if (!endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            throw new UserError($"{path}: {formats}; choose such a name.");
        if (Path.Exists(path))
            throw new UserError($"{path}: is there already; name a new file.");
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new UserError($"{path}: there is no folder {folder}; make it first, or name a file in another.");
        return path;
    }

    /// <summary>Sets the threads that the user asked for.</summary>
    public static void UseThreads(int? threads)
    {
        if (threads is { } number)
            set_num_threads(AtLeastOne(number, "--threads"));
    }

    /// <summary>The device that the user asked for.</summary>
    /// <exception cref="UserError">There is no such device here.</exception>
    public static Device UseDevice(string? name)
    {
        if (name is null)
            return new Device(cuda.is_available() ? DeviceType.CUDA : DeviceType.CPU, -1);
        if (name == "cpu")
            return new Device(DeviceType.CPU, -1);

        var index = -1;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan("cuda:".Length), out index) && index >= 0))
            throw new UserError($"--device {name}: cpu, cuda or cuda:N was expected.");
        if (!cuda.is_available())
            throw new UserError($"--device {name}: {LibTorch.Description} finds no CUDA device here; use --device cpu, or build with TorchPackage=TorchSharp-cuda-linux (on Windows TorchSharp-cuda-windows) where an NVIDIA driver is installed.");
        if (index >= cuda.device_count())
            throw new UserError($"--device {name}: there are only {cuda.device_count()} CUDA devices, numbered from 0.");
        return new Device(DeviceType.CUDA, index);
    }
}

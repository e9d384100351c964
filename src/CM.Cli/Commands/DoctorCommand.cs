using System.CommandLine;
using System.Text.Json.Nodes;
using CM.Dsl;

namespace CM.Cli;

/// <summary><c>doctor</c>: what is there to train with, and what to do about what is missing.</summary>
internal static class DoctorCommand
{
    private const double EnoughGigabytes = 2;

    public static Command New(Session session)
    {
        var json = Options.Json();
        var data = Options.Data();
        var command = new Command("doctor", "Say which libtorch, threads, device, disk and data are there, "
            + "and what to do about what is missing.")
        {
            json, data,
        };
        command.SetAction(parsed =>
        {
            var findings = Examine(session.Registry, parsed.GetValue(data)).ToList();
            var healthy = findings.TrueForAll(finding => finding.Remedy is null);
            if (parsed.GetValue(json))
                session.Write(new JsonObject
                {
                    ["ok"] = healthy,
                    ["checks"] = new JsonArray([.. findings.Select(finding => finding.ToJson())]),
                });
            else
                session.Write(findings.SelectMany(finding => finding.ToRows()));
        });
        return command;
    }

    private static IEnumerable<Finding> Examine(Registry registry, string? data)
    {
        var backend = ExamineBackend();
        yield return backend;
        if (backend.Remedy is null)
        {
            yield return ExamineThreads();
            yield return ExamineDevices(Accelerator.All(), cuda.is_available() ? cuda.device_count() : 0, LibTorch.HasCuda);
        }
        yield return ExamineDisk();
        var sources = registry.Experiments.Select(experiment => experiment.Plan.Data).Where(source => source is not IExamples);
        foreach (var source in sources.Distinct())
            yield return ExamineData(source, data);
    }

    private static Finding ExamineBackend()
    {
        try
        {
            LibTorch.Load();
            var path = LibTorch.LoadedFile("torch_cpu") is { } file ? $" ({file})" : "";
            return new Finding("libtorch", $"{LibTorch.Description}{path}", null);
        }
        catch (Exception exception) when (LibTorch.IsMissing(exception))
        {
            return new Finding("libtorch", "missing, or does not load", LibTorch.Remedy);
        }
    }

    private static Finding ExamineThreads()
    {
        var (threads, suitable) = (get_num_threads(), LibTorch.PhysicalCores);
        var remedy = threads == suitable ? null : $"unset OMP_NUM_THREADS, or train with --threads {suitable}";
        return new Finding("threads", $"{threads} threads for {suitable} physical cores", remedy);
    }

    /// <summary>Judges the GPUs that drivers tell of by what libtorch makes of them.</summary>
    /// <param name="devices">Devices that the drivers report.</param>
    /// <param name="usable">Number of devices that libtorch can use.</param>
    /// <param name="hasCuda">True when libtorch was built with CUDA.</param>
    internal static Finding ExamineDevices(IReadOnlyList<Accelerator> devices, int usable, bool hasCuda)
    {
        var alike = devices.GroupBy(device => device.ToString());
        var list = string.Join("; ", alike.Select(same => same.Count() == 1 ? same.Key : $"{same.Count()} × {same.Key}"));
        return (usable, devices.Count, hasCuda) switch
        {
            (not 0, 0, _) => new Finding("devices", $"{usable}, with CUDA", null),
            (not 0, _, _) => new Finding("devices", $"{list}, with CUDA", null),
            (_, > 0, false) => new Finding("devices", $"{list}, but this libtorch is for the CPU",
                "for an NVIDIA GPU refer to TorchSharp-cuda-linux or TorchSharp-cuda-windows (property TorchPackage) and build anew; "
                + "TorchSharp has no packages for other GPUs"),
            (_, > 0, _) => new Finding("devices", $"{list}, but libtorch with CUDA finds none of them",
                "see that CUDA_VISIBLE_DEVICES does not hide them, and that the driver is as new as this libtorch asks for"),
            (_, _, false) => new Finding("devices", "no GPU, training runs on the CPU", null),
            _ => new Finding("devices", "libtorch with CUDA, but no driver tells of a GPU; training runs on the CPU",
                "load the driver (nvidia-smi must list the GPU); inside a container, hand the GPU in"),
        };
    }

    private static Finding ExamineDisk()
    {
        var gigabytes = new DriveInfo(Environment.CurrentDirectory).AvailableFreeSpace / 1e9;
        var remedy = gigabytes >= EnoughGigabytes ? null : "make room, or train with --out on another disk";
        return new Finding("disk", $"{gigabytes:N1} GB free here", remedy);
    }

    private static Finding ExamineData(IDataSource source, string? folder)
    {
        var name = source.GetType().Name;
        try
        {
            return new Finding($"data {name}", Examples.Find(source, folder) ?? "needs no files", null);
        }
        catch (UserError missing)
        {
            return new Finding($"data {name}", "missing", missing.Message);
        }
    }

    /// <summary>One thing that was looked at.</summary>
    /// <param name="Name">What.</param>
    /// <param name="Found">Actual state.</param>
    /// <param name="Remedy">Remedy; null when all is well.</param>
    internal sealed record Finding(string Name, string Found, string? Remedy)
    {
        public JsonObject ToJson() => new() { ["name"] = Name, ["ok"] = Remedy is null, ["found"] = Found, ["remedy"] = Remedy };

        public IEnumerable<IReadOnlyList<string>> ToRows()
        {
            yield return [Remedy is null ? "ok" : "!!", Name, Found];
            if (Remedy is not null)
                yield return ["", "", $"→ {Remedy}"];
        }
    }
}

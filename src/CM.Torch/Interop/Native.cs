using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]
[assembly: System.Resources.NeutralResourcesLanguage("en")]

namespace CM.Torch;

/// <summary>
/// The C functions of libcmtorch, one declaration each, by theme as in <c>native/*.cpp</c>. To add an operation: one line there, one
/// declaration here, one method on <see cref="torch.Tensor"/>.
/// </summary>
internal static partial class Native
{
    private const string Library = "cmtorch";
    private const StringMarshalling Text = StringMarshalling.Utf8;
    private const string File = "libcmtorch.so";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    /// <summary>The error that the last failed call of this thread left.</summary>
    internal static ExternalException Error() => new(Marshal.PtrToStringUTF8(cm_error()));

    /// <summary>Takes over the <paramref name="count"/> tensors that the last call of this thread returned.</summary>
    internal static unsafe Tensor[] Take(long count)
    {
        if (count < 0)
            throw Error();
        var handles = new ReadOnlySpan<nint>((void*)cm_results(), (int)count);
        var tensors = new Tensor[handles.Length];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = handles[i] == 0 ? null! : TensorObjects.For(handles[i]); // an unused input of autograd.grad has none
        return tensors;
    }

    /// <summary>The handles of a list; its holder keeps the tensors alive until the call is over.</summary>
    internal static nint[] Handles(Tensor?[] tensors)
    {
        var handles = new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++)
            handles[i] = tensors[i] is { } tensor ? tensor.Handle : 0;
        return handles;
    }

    private static readonly Lock Loading = new();
    private static nint loaded;

    // Asked once for every function, so the library and what belongs to its loading are kept.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        lock (Loading)
            return loaded != 0 ? loaded : loaded = Load();
    }

    private static unsafe nint Load()
    {
        var file = Places().FirstOrDefault(System.IO.File.Exists)
            ?? throw new DllNotFoundException($"{File} was not found (CM_NATIVE, beside the program, or .cm/native in a folder above it); build it with `./cm build`, or `dotnet build -t:BuildTorchNative` in a project that refers to packages.");
        try
        {
            var library = NativeLibrary.Load(file);
            if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null or "")
                _ = ((delegate* unmanaged<int, int>)NativeLibrary.GetExport(library, nameof(cm_set_num_threads)))(Threads.PhysicalCores);
            return library;
        }
        catch (DllNotFoundException error)
        {
            throw new DllNotFoundException($"{file} did not load: {Reason(error.Message)}; `./cm doctor` says which libtorch is missing, `./cm build` builds for the one that is there.", error);
        }
    }

    /// <summary>Where the library may lie, the first that exists wins.</summary>
    private static IEnumerable<string> Places()
    {
        if (Environment.GetEnvironmentVariable("CM_NATIVE") is { Length: > 0 } given)
        {
            yield return Directory.Exists(given) ? Path.Combine(given, File) : given;
            yield break;
        }
        yield return Path.Combine(AppContext.BaseDirectory, File);
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                yield return Path.Combine(folder.FullName, ".cm", "native", File);
    }

    // The loader's message ends with what the system's linker said of each place tried; the line that names a missing file helps most.
    private static string Reason(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.FirstOrDefault(line => line.Contains("cannot open shared object file")) ?? lines[^1];
    }

    [LibraryImport(Library), SuppressGCTransition] private static partial nint cm_error();
    [LibraryImport(Library), SuppressGCTransition] private static partial nint cm_results();
}

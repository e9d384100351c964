namespace CM.Runtime;

/// <summary>Which library does libtorch's matrix products.</summary>
/// <param name="Found">What it is, in words.</param>
/// <param name="Remedy">What to do about it; null when it is a good one.</param>
internal sealed record Blas(string Found, string? Remedy)
{
    private const string Maps = "/proc/self/maps";
    private const string Install = "apt-get install libopenblas0-openmp";

    /// <summary>Looks at what this process has loaded; call it after a matrix product.</summary>
    public static Blas OfThisProcess()
    {
        return File.Exists(Maps) ? Judge(Loaded()) : new Blas("unknown on this system", null);
    }

    /// <summary>Judges a process by the files it has loaded. Debian has a folder for each flavour of OpenBLAS; the reference BLAS lies in <c>blas</c>.</summary>
    public static Blas Judge(IEnumerable<string> loaded)
    {
        var libraries = loaded.Where(path => path.Contains("blas", StringComparison.OrdinalIgnoreCase) || path.Contains("mkl", StringComparison.OrdinalIgnoreCase)).ToList();
        return First("mkl") is { } mkl ? new Blas($"MKL ({mkl})", null)
            : First("openblas-openmp") is { } openmp ? new Blas($"OpenBLAS with OpenMP ({openmp})", null)
            : First("openblas-pthread") is { } pthread ? new Blas($"OpenBLAS with threads of its own ({pthread}), which get in the way of libtorch's", Install)
            : First("openblas-serial") is { } serial ? new Blas($"OpenBLAS with one thread ({serial})", Install)
            : First("openblas") is { } openblas ? new Blas($"OpenBLAS ({openblas})", null)
            : First("libblas") is { } reference ? new Blas($"the reference BLAS, many times slower ({reference})", Install)
            : libraries.Count > 0 ? new Blas(libraries[0], null)
            : new Blas("part of libtorch", null);

        string? First(string part) => libraries.Find(path => path.Contains(part, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The files that this process has loaded, links followed.</summary>
    public static IEnumerable<string> Loaded() => !File.Exists(Maps) ? [] : File.ReadLines(Maps)
        .Select(line => line.IndexOf('/') is var start and >= 0 ? line[start..] : "")
        .Where(path => path.Length > 0)
        .Distinct()
        .Select(path => File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);
}

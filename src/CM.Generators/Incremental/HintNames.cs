using Microsoft.CodeAnalysis;

namespace CM.Generators.Incremental;

/// <summary>
/// Names of generated files, one folder a kind: <c>Networks/Moons.MoonsDenoiser.g.cs</c>. Roslyn takes names that differ only in case for
/// one, and so do Windows and macOS: of such files the last in ordinal order, in which capitals come first, keeps its name, and the others
/// get a number.
/// </summary>
internal static class HintNames
{
    /// <summary>The files whose names differ from another's only in case; usually none.</summary>
    public static IncrementalValueProvider<EquatableArray<string>> FindAlike(this IncrementalValuesProvider<string> files) =>
        files.Collect().Select(static (files, _) => files.Distinct()
            .GroupBy(file => file, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
            .SelectMany(same => same).OrderBy(file => file, StringComparer.Ordinal).ToEquatable());

    /// <summary>The name of a generated file.</summary>
    /// <param name="folder">The kind of the record.</param>
    /// <param name="file">The record's file, and the layer's where it has one of its own.</param>
    /// <param name="alike">Result of <see cref="FindAlike"/>.</param>
    public static string Of(string folder, string file, EquatableArray<string> alike)
    {
        var before = alike.Count(other => StringComparer.OrdinalIgnoreCase.Equals(other, file) && string.CompareOrdinal(other, file) > 0);
        return $"{folder}/{file}{(before == 0 ? "" : $"-{before + 1}")}.g.cs";
    }
}

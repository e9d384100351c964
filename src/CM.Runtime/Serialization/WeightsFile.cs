namespace CM.Runtime;

/// <summary>Weights alone: a safetensors file with every parameter and buffer of a network under its own name.</summary>
internal static class WeightsFile
{
    public const string Ending = ".safetensors";

    public const string Formats = $"weights are written as {Ending}";

    /// <summary>Writes weights, whole or not at all.</summary>
    public static void Write(string path, ParameterStore weights, params IEnumerable<KeyValuePair<string, string>> metadata) =>
        AtomicFile.Write(path, stream =>
    {
        var parts = Parts(weights);
        stream.Write(SafetensorsWriter.Header(metadata, parts.SelectMany(part => part.Specs.Select(spec => (spec.Name, spec.Shape)))));
        foreach (var (flat, specs) in parts)
        {
            using var values = flat.cpu();
            foreach (var spec in specs)
            {
                using var view = ParameterStore.View(values, spec);
                stream.Write(view.bytes);
            }
        }
    });

    /// <summary>Overwrites weights with those of a file.</summary>
    /// <exception cref="UserError">The file holds other tensors.</exception>
    public static void Read(SafetensorsFile file, ParameterStore weights)
    {
        foreach (var (flat, specs) in Parts(weights))
        {
            using var values = flat.cpu();
            foreach (var spec in specs)
            {
                var tensor = file.Header.Tensors.GetValueOrDefault(spec.Name);
                if (tensor is not { Type: "F32" } || !tensor.Shape.AsSpan().SequenceEqual(spec.Shape))
                    throw new UserError($"{file.Name}: {spec.Name} should be F32 [{string.Join(", ", spec.Shape)}] and is "
                        + $"{(tensor is null ? "missing" : $"{tensor.Type} [{string.Join(", ", tensor.Shape)}]")}.");
                using var view = ParameterStore.View(values, spec);
                file.Read(tensor, view.bytes);
            }
            using var _ = no_grad();
            flat.copy_(values);
        }
    }

    private static (Tensor Flat, IReadOnlyList<ParameterSpec> Specs)[] Parts(ParameterStore weights) =>
        [(weights.Values, weights.Layout.Parameters), (weights.BufferValues, weights.Layout.Buffers)];
}

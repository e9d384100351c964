using TorchSharp.Modules;

namespace CM.Runtime;

/// <summary>
/// The parameters of a store in 16 bits: one flat tensor that is cast from the store's in one go, and one with the gradients, which are
/// added to the store's in one go. They hold the stretch of the store from the first parameter that is cast to the last; those that are
/// read in float32 are the store's own.
/// </summary>
internal sealed class LowPrecision : IDisposable
{
    private readonly ParameterStore store;
    private readonly (long Start, long Length) stretch;
    private readonly Dictionary<string, Parameter> parameters = [];
    private readonly Tensor values;
    private readonly Tensor? gradients;

    /// <summary>Casts the parameters as they are.</summary>
    /// <param name="store">The parameters in float32.</param>
    /// <param name="type">The type to cast to.</param>
    /// <param name="withGradients">Whether they are trained.</param>
    public LowPrecision(ParameterStore store, ScalarType type, bool withGradients)
    {
        using var _ = no_grad();
        this.store = store;
        ParameterSpec[] cast = [.. store.Layout.Parameters.Where(spec => !spec.IsFloat32)];
        stretch = cast.Length == 0 ? (0, 0) : (cast[0].Offset, cast[^1].Offset + cast[^1].Count - cast[0].Offset);
        using var full = Stretch(store.Values);
        values = full.to(type).DetachFromDisposeScope();
        gradients = withGradients ? zeros_like(values).DetachFromDisposeScope() : null;
        foreach (var spec in cast)
        {
            var parameter = ParameterStore.NewParameter(values, gradients, spec with { Offset = spec.Offset - stretch.Start }, store.Context);
            parameter.DetachFromDisposeScope();
            parameters.Add(spec.Name, parameter);
        }
    }

    /// <summary>The type of the parameters.</summary>
    public ScalarType Type => values.dtype;

    /// <summary>A parameter; its <c>grad</c> is a view into the flat gradient, or into the store's where it is read in float32.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter.</exception>
    public Parameter this[string name] => parameters.TryGetValue(name, out var found) ? found : store[name];

    /// <summary>Casts the parameters as they are now.</summary>
    public void Cast()
    {
        using var _ = no_grad();
        using var full = Stretch(store.Values);
        values.copy_(full);
    }

    /// <summary>Adds the gradients to those of the store, and begins anew.</summary>
    public void Collect()
    {
        if (gradients is null)
            return;
        using var _ = no_grad();
        using var full = Stretch(store.Gradients);
        full.add_(gradients);
        gradients.zero_();
    }

    private Tensor Stretch(Tensor flat) => flat.narrow(0, stretch.Start, stretch.Length);

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var parameter in parameters.Values)
            parameter.Dispose();
        values.Dispose();
        gradients?.Dispose();
    }
}

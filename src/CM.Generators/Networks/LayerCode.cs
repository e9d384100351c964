using CM.Generators.Shapes;

namespace CM.Generators.Networks;

/// <summary>Names that a layer's code may use.</summary>
/// <param name="inputs">The tensors that come in.</param>
/// <param name="field">The field of one of the layer's parameters, by the parameter's name.</param>
/// <param name="constant">The name of a <c>long[]</c> that is made once, by a word for it and its numbers.</param>
/// <param name="context">The field of the step context; null where no layer draws masks.</param>
internal sealed class LayerCode(
    IReadOnlyList<string> inputs, Func<string, string> field, Func<string, EquatableArray<Dim>, string> constant, string? context)
{
    /// <summary>Code of a function, which has no parameters; its numbers stand where they are used.</summary>
    public static LayerCode OfFunction(IReadOnlyList<string> inputs) => new(
        inputs, _ => throw new NotSupportedException("A function has no parameters."),
        (_, sizes) => $"[{string.Join(", ", sizes.Select(size => size.ToCode()))}]", context: null);

    public string Input => inputs[0];

    public string Second => inputs[1];

    public string Context => context!;

    public string Field(string parameter) => field(parameter);

    public string Sizes(string word, params Dim[] sizes) => constant(word, sizes.ToEquatable());
}

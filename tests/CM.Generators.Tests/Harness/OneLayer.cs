using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>Networks <c>Net</c> of one layer <c>Only</c> or of functions, and their results beside a formula's.</summary>
internal static class OneLayer
{
    /// <summary>A test image, [batch, channels, side, side], of smooth numbers in [−1, 1].</summary>
    public static Tensor Image(int channels, int side, int batch = 2) =>
        linspace(-1, 1, batch * channels * side * side, float32).mul(7).sin().view(batch, channels, side, side);

    /// <param name="layer">The attribute, <c>[Linear(2, 3)]</c>, or functions, <c>SiLU</c>.</param>
    /// <param name="input">Axes that go in, <c>"B", 2</c>.</param>
    /// <param name="output">Axes that come out.</param>
    public static string Declare(string layer, string input, string output) => Declare(layer, [input], output);

    /// <summary>Likewise with one to three inputs.</summary>
    public static string Declare(string layer, string[] inputs, string output)
    {
        var names = inputs.Select((_, i) => "xyz"[i].ToString()).ToArray();
        var flow = names.Length == 1 ? names[0] : $"({string.Join(", ", names)})";
        var (property, used) = layer.StartsWith('[') ? ($"{layer} public partial Layer Only {{ get; }}", "Only") : ("", layer);
        return $$"""
            [Network]
            public sealed partial record Net
            {
                {{property}}

                [return: Shape({{output}})]
                private Value Forward({{string.Join(", ", inputs.Select((shape, i) => $"[Shape({shape})] Value {names[i]}"))}}) => {{flow}} | {{used}};
            }
            """;
    }

    /// <summary>Demands that a layer of one input gives what the formula gives.</summary>
    public static void ShouldGive(string layer, string input, string output, Tensor x, Func<ParameterStore, Tensor, Tensor> formula, bool gradients = true) =>
        ShouldGive(layer, [(input, x)], output, (store, inputs) => formula(store, inputs[0]), gradients);

    /// <summary>
    /// Demands that a layer gives what the formula gives, in its result and, unless the formula is no composition of differentiable
    /// functions, in the gradients of every input and parameter. Parameters that start at a constant get other numbers first.
    /// </summary>
    public static void ShouldGive(string layer, (string Shape, Tensor Value)[] inputs, string output, Func<ParameterStore, Tensor[], Tensor> formula, bool gradients = true)
    {
        var emitted = Emitted.From(Declare(layer, [.. inputs.Select(input => input.Shape)], output));
        using var store = emitted.NewStore("Net");
        using (no_grad())
        {
            foreach (var spec in store.Layout.Parameters)
                store[spec.Name].add_(linspace(-0.3, 0.4, spec.Count, float32).sin().view(spec.Shape));
        }

        using var module = emitted.NewModule("Net", store);
        module.eval();
        var (actual, actualGradients) = Pull(store, inputs, given => Emitted.Forward(module, given)[0], gradients);
        var (wanted, wantedGradients) = Pull(store, inputs, given => formula(store, given), gradients);
        actual.shape.ShouldBe(wanted.shape);
        Error(actual, wanted).ShouldBeLessThan(2e-6, layer);
        foreach (var (gradient, wantedGradient) in actualGradients.Zip(wantedGradients))
            Error(gradient, wantedGradient).ShouldBeLessThan(1e-5, layer + " gradient");
    }

    /// <summary>max |a − b| / max(|b|, 1).</summary>
    public static double Error(Tensor actual, Tensor wanted) =>
        (actual - wanted).abs().max().to(float64).item<double>() / Math.Max(1, wanted.abs().max().to(float64).item<double>());

    private static (Tensor Result, Tensor[] Gradients) Pull(ParameterStore store, (string Shape, Tensor Value)[] inputs, Func<Tensor[], Tensor> compute, bool gradients)
    {
        Tensor[] given = [.. inputs.Select(input => input.Value.detach().clone().requires_grad_(gradients))];
        var result = compute(given);
        if (!gradients)
            return (result, []);
        store.ZeroGradients();
        (result * linspace(0, 11, result.numel(), float32).sin().view(result.shape)).sum().backward();
        return (result.detach(), [.. store.Layout.Parameters.Select(spec => store[spec.Name].grad!.clone()), .. given.Select(input => input.grad!)]);
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using CM.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests;

/// <summary>What the generator writes into a training, called with numbers of a test's own, and the weights of a case.</summary>
internal static class Generated
{
    private const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    public static ConsistencyTrainer NewTraining(this TimesDeclared declared, string experiment, int steps = 400_000, int batch = 4) =>
        (ConsistencyTrainer)Activator.CreateInstance(declared.Type(experiment + "+Trainer"), new TrainingSetup(steps, batch, 1, CPU))!;

    /// <summary>The losses of given pairs at given times, in a step.</summary>
    public static Tensor Losses(this ConsistencyTrainer training, Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels = null, int step = 0) =>
        (Tensor)training.At(step).Call("Losses", data, noise, t, r, labels)!;

    /// <summary>Both ends of the pairs and, where the coupling has one, the regularization.</summary>
    public static Tensor[] Couple(
        this ConsistencyTrainer training, Tensor data, Tensor noise, Tensor? t = null, Tensor? r = null, Tensor? labels = null, Tensor? heads = null, int step = 0)
    {
        var pair = (ITuple)training.At(step).Call("Couple", data, noise, t, r, labels, heads is null ? [] : (Tensor[])[heads])!;
        return [.. Enumerable.Range(0, pair.Length).Select(i => pair[i]).OfType<Tensor>()];
    }

    /// <summary>The teacher's f(x_r, r), in a step.</summary>
    /// <param name="training">The trainer.</param>
    /// <param name="method">The method that the losses call.</param>
    /// <param name="data">x.</param>
    /// <param name="noise">z.</param>
    /// <param name="r">Times.</param>
    /// <param name="labels">One-hot, or none.</param>
    /// <param name="step">Decides the dropout masks.</param>
    public static Tensor Target(this ConsistencyTrainer training, string method, Tensor data, Tensor noise, Tensor r, Tensor? labels = null, int step = 0) =>
        (Tensor)training.At(step).Call(method, data, noise, r, labels)!;

    /// <summary>f(x, t) of a module.</summary>
    public static Tensor Denoise(this ConsistencyTrainer training, object module, Tensor x, Tensor t, Tensor? labels = null, string method = "Denoise") =>
        (Tensor)training.Call(method, module, x, t, labels)!;

    /// <summary>The loss of a batch from the losses of its samples, which come with those at the boundary first.</summary>
    public static Tensor MeanOf(this ConsistencyTrainer training, Tensor losses) => (Tensor)training.Call("Mean", losses)!;

    /// <summary>A method that only the generated code itself calls.</summary>
    public static object? Call(this ConsistencyTrainer training, string method, params object?[] arguments) =>
        training.GetType().GetMethods(Any).Single(each => each.Name == method && each.GetParameters().Length == arguments.Length).Invoke(training, arguments);

    /// <summary>The module that is trained.</summary>
    public static object Module(this ConsistencyTrainer training) => training.GetType().GetProperty("StudentModel", Any)!.GetValue(training)!;

    public static ParameterStore FrozenWeights(this ConsistencyTrainer training) => (ParameterStore)typeof(ConsistencyTrainer).GetProperty("Frozen", Any)!.GetValue(training)!;

    private static ConsistencyTrainer At(this ConsistencyTrainer training, int step)
    {
        typeof(StepContext).GetProperty(nameof(StepContext.Step))!.SetValue(training.Context, step);
        return training;
    }

    /// <summary>Weights and buffers under the names of the case: Unet.x is prefix + x.</summary>
    public static void Fill(this ParameterStore weights, Golden golden, params (string Layer, string Prefix)[] parts)
    {
        using var _ = no_grad();
        foreach (var (spec, tensor) in weights.Layout.Parameters.Select(spec => (spec, (Tensor)weights[spec.Name])).Concat(weights.Layout.Buffers.Select(spec => (spec, weights.Buffer(spec.Name)))))
        {
            if (spec.Name.EndsWith("resample_filter", StringComparison.Ordinal))
                continue;
            var (part, prefix) = parts.Single(each => spec.Name.StartsWith(each.Layer, StringComparison.Ordinal));
            using var given = golden[prefix + spec.Name[part.Length..]];
            tensor.copy_(given);
        }
    }

    /// <summary>Every parameter's gradient norm, beside the largest, in the order of the case.</summary>
    public static void GradientsShouldMatch(this ConsistencyTrainer training, Golden golden, string wanted, string order, double tolerance, Func<string, string> name)
    {
        var norms = tensor(golden.Texts(order).Select(parameter => training.Weights[name(parameter)].grad!.to(float64).norm().item<double>()).ToArray());
        Golden.ShouldMatch(norms, golden[wanted], tolerance, "norms of the gradients");
    }
}

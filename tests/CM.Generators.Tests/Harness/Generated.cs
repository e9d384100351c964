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

    public static Training NewTraining(this TimesDeclared declared, string experiment, int steps = 400_000, int batch = 4) =>
        (Training)Activator.CreateInstance(declared.Type(experiment + "+Training"), new TrainingSetup(steps, batch, 1, CPU))!;

    /// <summary>The losses of given pairs at given times; where the network drops out, those of step 0.</summary>
    public static Tensor Losses(this Training training, Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels = null)
    {
        var method = training.GetType().GetMethod("Losses")!;
        object[] given = [data, noise, t, r, .. labels is null ? [] : (object[])[labels], 0];
        return (Tensor)method.Invoke(training, given[..method.GetParameters().Length])!;
    }

    /// <summary>Both ends of the pairs and, where the coupling has one, the penalty. A step that comes last is left out where the coupling does not need it.</summary>
    public static Tensor[] Couple(this Training training, params object[] arguments)
    {
        var method = training.GetType().GetMethod("Couple")!;
        var pair = (ITuple)method.Invoke(training, [.. arguments.Where((argument, i) => argument is not int || i < method.GetParameters().Length)])!;
        return [.. Enumerable.Range(0, pair.Length).Select(i => (Tensor)pair[i]!)];
    }

    /// <summary>The loss of a batch from the losses of its samples, which come with those at the boundary first.</summary>
    public static Tensor MeanOf(this Training training, Tensor losses) =>
        training.GetType().GetMethod("Mean") is { } mean ? (Tensor)mean.Invoke(null, [losses])! : losses.mean();

    /// <summary>A method that only the generated code itself calls.</summary>
    public static object? Call(this Training training, string method, params object[] arguments) =>
        training.GetType().GetMethod(method, Any)!.Invoke(training, arguments);

    /// <summary>The module of a field, such as <c>model</c>.</summary>
    public static object Module(this Training training, string field) => training.GetType().GetField(field, Any)!.GetValue(training)!;

    public static ParameterStore FrozenWeights(this Training training) => (ParameterStore)typeof(Training).GetProperty("Frozen", Any)!.GetValue(training)!;

    /// <summary>Weights and buffers under the names of the case: Unet.x is prefix + x.</summary>
    public static void Fill(this ParameterStore weights, Golden golden, params (string Part, string Prefix)[] parts)
    {
        using var _ = no_grad();
        foreach (var (spec, tensor) in weights.Layout.Parameters.Select(spec => (spec, (Tensor)weights[spec.Name])).Concat(weights.Layout.Buffers.Select(spec => (spec, weights.Buffer(spec.Name)))))
        {
            if (spec.Name.EndsWith("resample_filter", StringComparison.Ordinal))
                continue;
            var (part, prefix) = parts.Single(each => spec.Name.StartsWith(each.Part, StringComparison.Ordinal));
            using var given = golden[prefix + spec.Name[part.Length..]];
            tensor.copy_(given);
        }
    }

    /// <summary>Every parameter's gradient norm, beside the largest, in the order of the case.</summary>
    public static void GradientsShouldMatch(this Training training, Golden golden, string wanted, string order, double tolerance, Func<string, string> name)
    {
        var norms = tensor(golden.Texts(order).Select(parameter => training.Weights[name(parameter)].grad!.to(float64).norm().item<double>()).ToArray());
        Golden.ShouldMatch(norms, golden[wanted], tolerance, "norms of the gradients");
    }
}

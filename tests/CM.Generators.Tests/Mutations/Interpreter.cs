using CM.Generators.Checking;
using CM.Generators.Shapes;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CM.Generators.Tests.Mutations;

/// <summary>
/// Runs declarations on libtorch as their documentation says, without the checker and without generated code. Sizes come from the
/// attributes alone, shapes from libtorch.
/// </summary>
/// <param name="networks">Every network that may be used as a block, by its full name.</param>
internal sealed class Interpreter(IReadOnlyDictionary<string, NetworkPlan> networks)
{
    /// <summary>Weights by their names in the layout, made at the first use.</summary>
    public Dictionary<string, Tensor> Weights { get; } = [];

    /// <summary>Runs a network.</summary>
    /// <exception cref="DeclarationException">The declaration leaves something open or breaks what a layer's documentation says.</exception>
    public Tensor[] Run(NetworkPlan plan, IReadOnlyDictionary<string, long> parameters, Tensor[] inputs, string path = "")
    {
        if (plan.Problems.FirstOrDefault(problem => problem.IsError) is { } problem)
            throw new DeclarationException(problem.ToString());
        if (plan.Forward is not { } forward)
            return plan.Layers.Aggregate(inputs, (values, layer) => Apply(layer, parameters, values, path));

        var named = forward.Inputs.Zip(inputs).ToDictionary(pair => pair.First.Name, pair => new[] { pair.Second });
        foreach (var binding in forward.Bindings)
        {
            var values = Follow(plan, parameters, binding.Value, named, path);
            if (binding.Names.Count == 1)
            {
                named[binding.Names[0]] = values;
                continue;
            }

            Expect(values.Length == binding.Names.Count, "number of values");
            for (var i = 0; i < values.Length; i++)
                named[binding.Names[i]] = [values[i]];
        }

        return Follow(plan, parameters, forward.Result, named, path);
    }

    private Tensor[] Follow(NetworkPlan plan, IReadOnlyDictionary<string, long> parameters, FlowExpression expression, Dictionary<string, Tensor[]> named, string path)
    {
        Tensor[] Values(FlowExpression each) => Follow(plan, parameters, each, named, path);
        Tensor Value(FlowExpression each) => Values(each) is [var only] ? only : throw new DeclarationException("several values");
        switch (expression)
        {
            case FlowName name:
                return named.TryGetValue(name.Name, out var known) ? known : throw new DeclarationException(name.Name);
            case FlowPipe pipe:
                return Apply(plan.Layer(pipe.Layer) ?? throw new DeclarationException(pipe.Layer), parameters, Values(pipe.Input), path);
            case FlowBinary { Left: FlowNumber number } binary:
                return [Compute(binary.Operator, full([1], number.Value), Value(binary.Right))];
            case FlowBinary { Right: FlowNumber number } binary:
                return [Compute(binary.Operator, Value(binary.Left), full([1], number.Value))];
            case FlowBinary binary:
                return [Compute(binary.Operator, Value(binary.Left), Value(binary.Right))];
            case FlowNegate negate:
                return [-Value(negate.Operand)];
            case FlowCat cat:
                return [torch.cat([.. cat.Items.Select(Value)], 1)];
            case FlowTuple tuple:
                return [.. tuple.Items.Select(Value)];
            default:
                throw new DeclarationException(expression.ToString()!);
        }
    }

    // Axes align from the left.
    private static Tensor Compute(char sign, Tensor left, Tensor right)
    {
        var rank = Math.Max(left.dim(), right.dim());
        while (left.dim() < rank)
            left = left.unsqueeze(-1);
        while (right.dim() < rank)
            right = right.unsqueeze(-1);
        return sign switch { '+' => left + right, '-' => left - right, _ => left * right };
    }

    private Tensor[] Apply(LayerPlan layer, IReadOnlyDictionary<string, long> parameters, Tensor[] inputs, string path)
    {
        if (layer.Repeat is not { } times)
            return Once(layer, parameters, inputs, path + layer.Name);
        for (var copy = 0; copy < times; copy++)
        {
            var made = Once(layer, parameters, inputs, $"{path}{layer.Name}.{copy}");
            Expect(times == 1 || made[0].shape.SequenceEqual(inputs[0].shape), "what is repeated keeps its shape");
            inputs = copy < times - 1 ? [made is [var only] ? only : throw new DeclarationException("several values"), .. inputs[1..]] : made;
        }

        return inputs;
    }

    private Tensor[] Once(LayerPlan layer, IReadOnlyDictionary<string, long> parameters, Tensor[] inputs, string path)
    {
        if (layer.Kind == "Block")
            return Enter(layer, parameters, inputs, path);
        Expect(inputs.Length == 1, "one value");
        return [Compute(layer, name => At(layer.Size(name), parameters), inputs[0], path, parameters)];
    }

    private Tensor[] Enter(LayerPlan layer, IReadOnlyDictionary<string, long> parameters, Tensor[] inputs, string path)
    {
        var block = layer.Block is { } contract ? networks[contract.FullName] : throw new DeclarationException("no block");
        var given = block.Parameters.Zip(layer.Sizes("arguments"), (name, size) => (name, At(size, parameters))).ToDictionary();
        Expect(given.Count == block.Parameters.Count, "every parameter");
        var taken = block.Forward?.Inputs.Select(input => input.Sizes).ToArray() ?? (block.Chain is { } chain ? [chain.Sizes] : throw new DeclarationException("no input"));
        Expect(taken.Length == inputs.Length, "number of values");
        var axes = new Dictionary<string, long>(given);
        for (var i = 0; i < inputs.Length; i++)
            Bind(taken[i], inputs[i], axes);

        var results = Run(block, given, inputs, path + ".");
        if (block.Forward is { } forward)
            Compare(forward, results, axes);
        return results;
    }

    // A block's inputs must have the shapes that it declares; names that are open take their sizes from them.
    private static void Bind(EquatableArray<Dim> declared, Tensor actual, Dictionary<string, long> axes)
    {
        Expect(declared.Count == actual.dim(), "number of axes");
        for (var i = 0; i < declared.Count; i++)
        {
            if (declared[i].Names.Except(axes.Keys).ToArray() is [var free] && Enumerable.Range(1, 200).FirstOrDefault(size => declared[i].At(name => name == free ? size : axes[name]) == actual.shape[i]) is > 0 and var size)
                axes[free] = size;
            Expect(At(declared[i], axes) == actual.shape[i], "size of an axis");
        }
    }

    /// <summary>Results must have the shapes that are declared.</summary>
    public static void Compare(ForwardPlan forward, Tensor[] results, IReadOnlyDictionary<string, long> axes)
    {
        Expect(forward.Outputs.Count == results.Length, "number of results");
        for (var i = 0; i < results.Length; i++)
            Expect(forward.Outputs[i].Select(size => At(size, axes)).SequenceEqual(results[i].shape), "declared result");
    }

    public static long At(Dim size, IReadOnlyDictionary<string, long> names) =>
        size.At(name => names.TryGetValue(name, out var value) ? value : throw new DeclarationException($"'{name}' is open"));

    private Tensor Compute(LayerPlan layer, Func<string, long> size, Tensor x, string path, IReadOnlyDictionary<string, long> parameters)
    {
        // Ranges and axes that the attributes' documentation demands.
        long AtLeast(long least, string name) => size(name) is var value && value >= least ? value : throw new DeclarationException($"{name} of {layer.Name}");
        long Even(string name) => AtLeast(2, name) is var value && value % 2 == 0 ? value : throw new DeclarationException($"{name} of {layer.Name}");
        Tensor Ranked(int rank) => x.dim() == rank ? x : throw new DeclarationException($"{layer.Name} takes {rank} axes");
        Tensor Weight(string name, params long[] shape) => Weights.TryGetValue($"{path}.{name}", out var made) && made.shape.SequenceEqual(shape) ? made : Weights[$"{path}.{name}"] = Drawn(shape, Weights.Count);

        switch (layer.Kind)
        {
            case "Linear":
                return F.linear(x.dim() > 1 ? x : Ranked(2), Weight("weight", AtLeast(1, "output"), AtLeast(1, "input")), layer.Flag("bias", true) ? Weight("bias", size("output")) : null);
            case "Conv2d":
                var (kernel, stride, dilation, groups) = (AtLeast(1, "kernel"), AtLeast(1, "stride"), AtLeast(1, "dilation"), AtLeast(1, "groups"));
                var padding = layer.Has("padding") ? AtLeast(0, "padding") : dilation * (kernel - 1) / 2;
                Expect(size("input") % groups == 0 && size("output") % groups == 0, "groups divide the channels");
                return F.conv2d(Ranked(4), Weight("weight", AtLeast(1, "output"), AtLeast(1, "input") / groups, kernel, kernel), layer.Flag("bias", true) ? Weight("bias", size("output")) : null,
                    [stride, stride], [padding, padding], [dilation, dilation], groups);
            case "GroupNorm":
                return F.group_norm(x, AtLeast(1, "groups"), Weight("weight", AtLeast(1, "channels")), Weight("bias", size("channels")), layer.Number("epsilon", 1e-5));
            case "LayerNorm":
                return F.layer_norm(x.dim() > 1 ? x : Ranked(2), [AtLeast(1, "size")], Weight("weight", size("size")), Weight("bias", size("size")), layer.Number("epsilon", 1e-5));
            case "Activate":
                return layer.Text("function") switch
                {
                    "ReLU" => x.clamp_min(0),
                    "SiLU" => x * x.sigmoid(),
                    "GELU" => x * ((x / Math.Sqrt(2)).erf() + 1) / 2,
                    "Tanh" => x.tanh(),
                    "Sigmoid" => x.sigmoid(),
                    _ => F.softplus(x),
                };
            case "Dropout":
                Expect(layer.Number("probability", 0) is >= 0 and < 1, "probability");
                return x;
            case "Scale":
                return x * layer.Number("factor", 1);
            case "Upsample":
                return Ranked(4).repeat_interleave(AtLeast(2, "factor"), 2).repeat_interleave(size("factor"), 3);
            case "Downsample":
                return Ranked(4).index_select(2, arange(0, x.shape[2], AtLeast(2, "factor"), int64)).index_select(3, arange(0, x.shape[3], size("factor"), int64));
            case "AveragePool":
                return F.avg_pool2d(Ranked(4), AtLeast(2, "factor"));
            case "Flatten":
                return x.reshape(x.dim() > 1 ? x.shape[0] : throw new DeclarationException("Flatten takes 2 axes or more"), x.shape[1..].Aggregate(1L, (product, axis) => product * axis));
            case "Unflatten":
                return Ranked(2).reshape([x.shape[0], .. layer.Sizes("axes").Select(axis => At(axis, parameters) is > 0 and var value ? value : throw new DeclarationException("axes"))]);
            case "Fourier":
                return Waves(Ranked(1), Weight("freqs", Even("channels") / 2) * (2 * Math.PI), sineFirst: false);
            case "Positional":
                var half = Even("channels") / 2;
                Expect(half > 1 || !layer.Flag("endpoint", false), "4 channels or more with Endpoint");
                var steps = layer.Flag("endpoint", false) ? half - 1 : half;
                return Waves(Ranked(1), tensor(Enumerable.Range(0, (int)half).Select(j => (float)Math.Pow(layer.Number("maxPositions", 10_000), -(double)j / steps)).ToArray()), layer.Flag("sineFirst", false));
            default:
                throw new NotSupportedException($"{nameof(Interpreter)} does not know '{layer.Kind}' yet.");
        }
    }

    private static Tensor Waves(Tensor level, Tensor frequencies, bool sineFirst)
    {
        var angle = level.unsqueeze(1) * frequencies;
        return sineFirst ? cat([angle.sin(), angle.cos()], 1) : cat([angle.cos(), angle.sin()], 1);
    }

    /// <summary>Numbers between −0.5 and 0.5 that differ from place to place.</summary>
    public static Tensor Drawn(long[] shape, int seed) =>
        (linspace(1 + seed, 40 + 3 * seed, Math.Max(1, shape.Aggregate(1L, (product, axis) => product * axis)), float32).sin() / 2).reshape(shape);

    private static void Expect(bool holds, string what)
    {
        if (!holds)
            throw new DeclarationException(what);
    }
}

/// <summary>A declaration that means nothing for these sizes.</summary>
internal sealed class DeclarationException(string message) : Exception(message);

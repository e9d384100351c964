using CM.Generators.Core;
using CM.Generators.Networks;
using CM.Generators.Networks.UNets;
using CM.Generators.Shapes;
using CM.Generators.Values;
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
    public Dictionary<string, Tensor> Weights { get; private init; } = [];

    /// <summary>Runs a network.</summary>
    /// <exception cref="DeclarationException">The declaration leaves something open or breaks what a layer's documentation
    /// says.</exception>
    public Tensor[] Run(NetworkPlan plan, IReadOnlyDictionary<string, long> parameters, Tensor[] inputs, string path = "")
    {
        if (plan.Findings.FirstOrDefault(problem => problem.IsError) is { } problem)
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

    private Tensor[] Follow(NetworkPlan plan, IReadOnlyDictionary<string, long> parameters, ValueExpression expression, Dictionary<string, Tensor[]> named, string path)
    {
        Tensor[] Values(ValueExpression each) => Follow(plan, parameters, each, named, path);
        Tensor Value(ValueExpression each) => Values(each) is [var only] ? only : throw new DeclarationException("several values");
        switch (expression)
        {
            case NameExpression name:
                return named.TryGetValue(name.Name, out var known) ? known : throw new DeclarationException(name.Name);
            case PipeExpression pipe:
                return Apply(pipe.Function ?? plan.Layer(pipe.Layer) ?? throw new DeclarationException(pipe.Layer), parameters, Values(pipe.Input), path);
            case BinaryExpression { Left: NumberExpression number } binary:
                return [Compute(binary.Operator, full([1], number.Value), Value(binary.Right))];
            case BinaryExpression { Right: NumberExpression number } binary:
                return [Compute(binary.Operator, Value(binary.Left), full([1], number.Value))];
            case BinaryExpression binary:
                return [Compute(binary.Operator, Value(binary.Left), Value(binary.Right))];
            case NegateExpression negate:
                return [-Value(negate.Operand)];
            case CatExpression cat:
                return [torch.cat([.. cat.Items.Select(Value)], 1)];
            case TupleExpression tuple:
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
            return Once(layer, parameters, inputs, path + (layer.Place ?? layer.Name));
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
        if (layer.Kind == "Function")
            return Call(layer.Block ?? throw new DeclarationException("no function"), inputs);
        if (LayerKind.Find(layer.Kind) is UNet net)
            return Enter(net, layer, inputs, path);
        Expect(inputs.Length == (layer.Kind is "AdaptiveGroupNorm" or "MpSum" or "MpCat" ? 2 : 1), "number of values");
        return [Compute(layer, name => At(layer.Size(name), parameters), inputs[0], inputs[^1], path, parameters)];
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

    // The corpus's own functions, which promise what they give.
    private static Tensor[] Call(BlockContract function, Tensor[] inputs)
    {
        Expect(function.Inputs.Count == inputs.Length, "number of values");
        var axes = new Dictionary<string, long>();
        for (var i = 0; i < inputs.Length; i++)
            Bind(function.Inputs[i].Sizes.ToEquatable(), inputs[i], axes);
        return function.Name switch
        {
            "Mirror" => [inputs[0].flip(3)],
            "Stack" => [cat(inputs, 1)],
            _ => throw new NotSupportedException($"{nameof(Interpreter)} does not know the function '{function.Name}' yet."),
        };
    }

    // A U-Net is run as what it stands for, which other tests compare with the reference implementations; what it takes and gives is what
    // its attribute says.
    private Tensor[] Enter(UNet net, LayerPlan layer, Tensor[] inputs, string path)
    {
        var labels = layer.Whole("labelDim", 0);
        long[] image = [layer.Whole("channels"), layer.Whole("resolution"), layer.Whole("resolution")];
        Expect(inputs.Length == (labels > 0 ? 3 : 2) && inputs[0].dim() == 4 && inputs[0].shape[1..].SequenceEqual(image), "images that it takes");
        Expect(inputs[1].dim() == 1 && inputs[1].shape[0] == inputs[0].shape[0], "levels that it takes");
        Expect(labels == 0 || inputs[2].shape.SequenceEqual([inputs[0].shape[0], labels]), "labels that it takes");
        var expansion = net.Expand(layer, networks.Values.First().Record) ?? throw new DeclarationException("numbers of a U-Net");
        return new Interpreter(networks.Concat(expansion.Blocks.Select(block => KeyValuePair.Create(block.Plan.Record.FullName, block.Plan))).ToDictionary()) { Weights = Weights }
            .Run(expansion.Root.Plan, new Dictionary<string, long>(), inputs, path + ".");
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

    private Tensor Compute(LayerPlan layer, Func<string, long> size, Tensor x, Tensor y, string path, IReadOnlyDictionary<string, long> parameters)
    {
        // Ranges and axes that the attributes' documentation demands.
        long AtLeast(long least, string name) => size(name) is var value && value >= least ? value : throw new DeclarationException($"{name} of {layer.Name}");
        long Factor() => layer.Has("factor") ? AtLeast(2, "factor") : 2;
        long Even(string name) => AtLeast(2, name) is var value && value % 2 == 0 ? value : throw new DeclarationException($"{name} of {layer.Name}");
        Tensor Ranked(int rank) => x.dim() == rank ? x : throw new DeclarationException($"{layer.Name} takes {rank} axes");
        Tensor Weight(string name, params long[] shape) => Weights.TryGetValue(ParameterPlan.At(path, name), out var made) && made.shape.SequenceEqual(shape) ? made : Weights[ParameterPlan.At(path, name)] = Drawn(shape, Weights.Count);

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
            case "DepthwiseConv2d":
                var (depth, window, step) = (AtLeast(1, "channels"), AtLeast(1, "kernel"), AtLeast(1, "stride"));
                var spread = AtLeast(1, "dilation");
                var edge = layer.Has("padding") ? AtLeast(0, "padding") : spread * (window - 1) / 2;
                return F.conv2d(Ranked(4), Weight("weight", depth, 1, window, window), layer.Flag("bias", true) ? Weight("bias", depth) : null, [step, step], [edge, edge], [spread, spread], depth);
            case "ConvTranspose2d":
                var (tall, hop) = (AtLeast(1, "kernel"), AtLeast(1, "stride"));
                var (cut, more) = (layer.Has("padding") ? AtLeast(0, "padding") : (tall - 1) / 2, layer.Whole("outputPadding", 0));
                Expect(more >= 0 && more < hop, "output padding below the stride");
                var grown = F.conv_transpose2d(Ranked(4), Weight("weight", AtLeast(1, "input"), AtLeast(1, "output"), tall, tall), layer.Flag("bias", true) ? Weight("bias", size("output")) : null,
                    strides: [hop, hop], padding: [cut, cut], output_padding: [more, more]);
                Expect(grown.numel() > 0, "something left");
                return grown;
            case "Attention":
                return Project("proj", Attend(Project("qkv", Ranked(4), 3), normalise: false), 1);
            case "MpAttention":
                return MpConv(Attend(MpConv(Ranked(4), MpWeight("qkv.weight", 3 * AtLeast(1, "channels"), size("channels"), 1, 1)), normalise: true), MpWeight("proj.weight", size("channels"), size("channels"), 1, 1));
            case "AdaptiveGroupNorm":
                Expect(y.dim() == 2 && y.shape[0] == x.shape[0], "an embedding for each sample");
                var norm = layer.Has("norm") ? layer.Text("norm") : "norm";
                var affine = F.linear(y, Weight("affine.weight", 2 * AtLeast(1, "channels"), AtLeast(1, "embedding")), Weight("affine.bias", 2 * size("channels"))).reshape(-1, 2, size("channels"), 1, 1);
                return F.group_norm(Ranked(4), AtLeast(1, "groups"), Weight(norm + ".weight", size("channels")), Weight(norm + ".bias", size("channels")), layer.Number("epsilon", 1e-5)) * (affine.select(1, 0) + 1) + affine.select(1, 1);
            case "RmsNorm":
                var last = (x.dim() > 1 ? x : Ranked(2)).shape[^1];
                Expect(last == AtLeast(1, "size"), "size of the last axis");
                return x / ((x * x).sum([-1L], true) / last + layer.Number("epsilon", 1e-5)).sqrt() * Weight("weight", last);
            case "PixelNorm":
                return Normalised(x.dim() > 1 ? x : Ranked(2), 1);
            case "Clamp":
                Expect(layer.Number("bound", 1) > 0, "bound");
                return x.clamp_min(-layer.Number("bound", 1)).neg().clamp_min(-layer.Number("bound", 1)).neg();
            case "LearnedGain":
                return x * Weight("gain");
            case "AppendOnes":
                return cat([x.dim() > 1 ? x : Ranked(2), ones([x.shape[0], 1, .. x.shape[2..]])], 1);
            case "ZerosLike":
                return zeros([(x.dim() > 0 ? x : Ranked(1)).shape[0]]);
            case "SliceChannels":
                var (from, count) = (AtLeast(0, "from"), AtLeast(1, "count"));
                Expect(x.dim() > 1 && from + count <= x.shape[1], "channels that are there");
                return x.narrow(1, from, count);
            case "PixelShuffle":
                return F.pixel_shuffle(Ranked(4), AtLeast(2, "factor"));
            case "PixelUnshuffle":
                return F.pixel_unshuffle(Ranked(4), AtLeast(2, "factor"));
            case "FirUpsample" or "FirDownsample":
                long[] taps = [.. layer.Sizes("taps").Select(tap => At(tap, parameters))];
                var around = layer.Has("padding") ? AtLeast(0, "padding") : (taps.Length - 1) / 2;
                Expect(taps.Sum() != 0, "taps");
                var line = tensor(taps).to(float32) / taps.Sum();
                var each = (layer.IsFunction ? line.outer(line).view(1, 1, taps.Length, taps.Length) : Weight("resample_filter", 1, 1, taps.Length, taps.Length)).expand([Ranked(4).shape[1], -1, -1, -1]);
                var filtered = layer.Kind == "FirUpsample" ? F.conv_transpose2d(x, each * 4, strides: [2, 2], padding: [around, around], groups: x.shape[1]) : F.conv2d(x, each, strides: [2, 2], padding: [around, around], groups: x.shape[1]);
                Expect(filtered.numel() > 0, "something left");
                return filtered;
            case "ClassEmbedding":
                Expect(layer.Number("labelDropout", 0) is >= 0 and < 1, "label dropout");
                return F.linear(Ranked(2) * (layer.Has("scale") ? layer.Number("scale", 1) : Math.Sqrt(AtLeast(1, "classes"))), Weight("weight", AtLeast(1, "channels"), size("classes")), layer.Flag("bias", true) ? Weight("bias", size("channels")) : null);
            case "AugmentEmbedding":
                return F.linear(Ranked(2), Weight("weight", AtLeast(1, "channels"), AtLeast(1, "labels")));
            case "MpSiLU":
                return x * x.sigmoid() / 0.596;
            case "MpFourier":
                return (Ranked(1).unsqueeze(1) * Weight("freqs", AtLeast(1, "channels")) + Weight("phases", size("channels"))).cos() * Math.Sqrt(2);
            case "MpLinear":
                return F.linear(x.dim() > 1 ? x : Ranked(2), MpWeight("weight", AtLeast(1, "output"), AtLeast(1, "input")));
            case "MpConv2d":
                Expect(AtLeast(1, "kernel") % 2 == 1, "an odd kernel");
                return MpConv(Ranked(4), MpWeight("weight", AtLeast(1, "output"), AtLeast(1, "input"), size("kernel"), size("kernel")));
            case "MpSum":
                Expect(x.shape.SequenceEqual(y.shape), "shapes that are added");
                return (x * (1 - Share()) + y * Share()) / Math.Sqrt((1 - Share()) * (1 - Share()) + Share() * Share());
            case "MpCat":
                Expect(x.dim() > 1 && y.dim() == x.dim(), "axes that are joined");
                var loud = Math.Sqrt((x.shape[1] + y.shape[1]) / ((1 - Share()) * (1 - Share()) + Share() * Share()));
                return cat([x * ((1 - Share()) * loud / Math.Sqrt(x.shape[1])), y * (Share() * loud / Math.Sqrt(y.shape[1]))], 1);
            case "GroupNorm":
                return F.group_norm(x, AtLeast(1, "groups"), Weight("weight", AtLeast(1, "channels")), Weight("bias", size("channels")), layer.Number("epsilon", 1e-5));
            case "LayerNorm":
                return F.layer_norm(x.dim() > 1 ? x : Ranked(2), [AtLeast(1, "size")], Weight("weight", size("size")), Weight("bias", size("size")), layer.Number("epsilon", 1e-5));
            case "ReLU":
                return x.clamp_min(0);
            case "SiLU":
                return x * x.sigmoid();
            case "GELU":
                return x * ((x / Math.Sqrt(2)).erf() + 1) / 2;
            case "Tanh":
                return x.tanh();
            case "Sigmoid":
                return x.sigmoid();
            case "Softplus":
                return F.softplus(x);
            case "Dropout":
                Expect(layer.Number("probability", 0) is >= 0 and < 1, "probability");
                return x;
            case "Scale":
                return x * layer.Number("factor", 1);
            case "Upsample":
                return Ranked(4).repeat_interleave(Factor(), 2).repeat_interleave(Factor(), 3);
            case "Downsample":
                return Ranked(4).index_select(2, arange(0, x.shape[2], Factor(), int64)).index_select(3, arange(0, x.shape[3], Factor(), int64));
            case "AveragePool":
                return F.avg_pool2d(Ranked(4), Factor());
            case "Flatten":
                return x.reshape(x.dim() > 1 ? x.shape[0] : throw new DeclarationException("Flatten takes 2 axes or more"), x.shape[1..].Aggregate(1L, (product, axis) => product * axis));
            case "Unflatten":
                return Ranked(2).reshape([x.shape[0], .. layer.Sizes("axes").Select(axis => At(axis, parameters) is > 0 and var value ? value : throw new DeclarationException("axes"))]);
            case "FourierEmbedding":
                return TimeEmbeddings(Ranked(1), Weight("freqs", Even("channels") / 2) * (2 * Math.PI), layer.Flag("sineFirst", false));
            case "PositionalEmbedding":
                var half = Even("channels") / 2;
                Expect(half > 1 || !layer.Flag("endpoint", false), "4 channels or more with endpoint");
                var steps = layer.Flag("endpoint", false) ? half - 1 : half;
                return TimeEmbeddings(Ranked(1), tensor(Enumerable.Range(0, (int)half).Select(j => (float)Math.Pow(layer.Number("maxPositions", 10_000), -(double)j / steps)).ToArray()), layer.Flag("sineFirst", false));
            default:
                throw new NotSupportedException($"{nameof(Interpreter)} does not know '{layer.Kind}' yet.");
        }

        double Share() => layer.Number("t", 0.5) is >= 0 and <= 1 and var t ? t : throw new DeclarationException("t");

        Tensor Project(string name, Tensor images, int times) =>
            F.conv2d(images, Weight($"{name}.weight", times * AtLeast(1, "channels"), size("channels"), 1, 1), Weight($"{name}.bias", times * size("channels")));

        // Inside a head, channels 3·c, 3·c + 1 and 3·c + 2 are channel c of query, key and value.
        Tensor Attend(Tensor joined, bool normalise)
        {
            Expect(!(layer.Has("heads") && layer.Has("channelsPerHead")), "heads or channels per head");
            var wide = joined.shape[1] / 3;
            Expect(!layer.Has("channelsPerHead") || wide % AtLeast(1, "channelsPerHead") == 0, "channels per head divide the channels");
            var heads = layer.Has("channelsPerHead") ? wide / size("channelsPerHead") : AtLeast(1, "heads");
            Expect(wide % heads == 0, "heads divide the channels");
            var parts = joined.reshape(joined.shape[0], heads, wide / heads, 3, joined.shape[2] * joined.shape[3]);
            parts = normalise ? Normalised(parts, 2) : parts;
            var (query, key, value) = (parts.select(3, 0), parts.select(3, 1), parts.select(3, 2));
            var weights = (query.transpose(2, 3).matmul(key) / Math.Sqrt(wide / heads)).softmax(3);
            return value.matmul(weights.transpose(2, 3)).reshape(joined.shape[0], wide, joined.shape[2], joined.shape[3]);
        }

        Tensor MpWeight(string name, params long[] shape)
        {
            var weight = Weight(name, shape);
            var inputs = shape[1..].Aggregate(1L, (product, axis) => product * axis);
            return (Normalised(weight.reshape(shape[0], inputs), 1) * (layer.Number("gain", 1) / Math.Sqrt(inputs))).reshape(shape);
        }

        Tensor MpConv(Tensor images, Tensor weight) => F.conv2d(images, weight, padding: [weight.shape[3] / 2, weight.shape[3] / 2]);
    }

    private static Tensor Normalised(Tensor x, int axis) => x / ((x * x).sum([axis], true) / x.shape[axis]).sqrt().add(1e-4);

    private static Tensor TimeEmbeddings(Tensor level, Tensor frequencies, bool sineFirst)
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

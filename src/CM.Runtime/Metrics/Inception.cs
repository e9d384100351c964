namespace CM.Runtime;

/// <summary>
/// Inception v3 as it came with TensorFlow in 2015 (Szegedy et al. 2016), under the parameter names of its PyTorch ports (pytorch-fid,
/// torch-fidelity): 2048 features behind the last pooling, logits without their bias. Averages leave the border out, and the last block
/// takes a maximum, as in the original.
/// </summary>
internal sealed class Inception : FeatureNetwork
{
    /// <summary>A parameter by which its weights are known.</summary>
    public const string Mark = "Conv2d_1a_3x3.conv.weight";

    private const int Side = 299;
    private const double Epsilon = 1e-3; // of the normalisations

    private readonly Protocol protocol;
    private readonly Dictionary<string, Tensor> weights;

    private Inception(string path, Protocol protocol, Dictionary<string, Tensor> weights)
    {
        this.protocol = protocol;
        this.weights = weights;
        Name = path;
        Identity = $"{FeatureCache.HashOf(path)}|{protocol}";
    }

    public override string Name { get; }

    public override string Identity { get; }

    public override bool Unbiased => protocol.Unbiased;

    /// <summary>Takes weights over.</summary>
    /// <param name="path">Path of the pictures.</param>
    /// <param name="protocol">Rules of the evaluation.</param>
    /// <param name="tensors">All of them, by name.</param>
    /// <param name="device">Device.</param>
    /// <exception cref="UserError">Some are missing.</exception>
    public static Inception Open(string path, Protocol protocol, IReadOnlyList<NamedTensor> tensors, Device device)
    {
        var known = tensors.Where(tensor => tensor.IsFloat).ToDictionary(tensor => tensor.Name);
        string[] inBlock = ["conv.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"];
        string[] parts = [.. Convolutions().SelectMany(name => inBlock.Select(part => $"{name}.{part}")), "fc.weight"];
        if (parts.Where(part => !known.ContainsKey(part)).ToList() is { Count: > 0 } missing)
            throw new UserError($"--features {path}: weights of Inception, "
                + $"but {missing[0]}{(missing.Count > 1 ? $" and {missing.Count - 1} more are" : " is")} missing.");
        return new(path, protocol, parts.ToDictionary(part => part, part => Load(known[part], device)));
    }

    public override (Tensor Features, Tensor? Logits) Look(Tensor images)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var x = (Resized(protocol.Bytes(images)) - 128) / 128;
        x = Convolved("Conv2d_1a_3x3", x, stride: 2);
        x = Convolved("Conv2d_2b_3x3", Convolved("Conv2d_2a_3x3", x), padding: [1, 1]);
        x = nn.functional.max_pool2d(x, 3, 2);
        x = Convolved("Conv2d_4a_3x3", Convolved("Conv2d_3b_1x1", x));
        x = nn.functional.max_pool2d(x, 3, 2);
        foreach (var block in (string[])["Mixed_5b", "Mixed_5c", "Mixed_5d"])
            x = Fine(block, x);
        x = Halved(x, Convolved("Mixed_6a.branch3x3", x, 2), Chain("Mixed_6a", x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"));
        foreach (var block in (string[])["Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"])
            x = Middle(block, x);
        x = Halved(
            x,
            Chain("Mixed_7a", x, "branch3x3_1", "branch3x3_2"),
            Chain("Mixed_7a", x, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"));
        x = Coarse("Mixed_7b", x, Averaged(x));
        x = Coarse("Mixed_7c", x, nn.functional.max_pool2d(x, 3, 1, 1));
        var features = x.mean([2, 3]);
        return (features.MoveToOuterDisposeScope(), features.matmul(weights["fc.weight"].t()).MoveToOuterDisposeScope());
    }

    public override void Dispose()
    {
        foreach (var each in weights.Values)
            each.Dispose();
    }

    private Tensor Fine(string block, Tensor x) => cat(
    [
        Convolved($"{block}.branch1x1", x),
        Chain(block, x, "branch5x5_1", "branch5x5_2"),
        Chain(block, x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"),
        Convolved($"{block}.branch_pool", Averaged(x)),
    ], 1);

    private Tensor Middle(string block, Tensor x) => cat(
    [
        Convolved($"{block}.branch1x1", x),
        Chain(block, x, "branch7x7_1", "branch7x7_2", "branch7x7_3"),
        Chain(block, x, "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"),
        Convolved($"{block}.branch_pool", Averaged(x)),
    ], 1);

    private Tensor Coarse(string block, Tensor x, Tensor pooled)
    {
        var (single, doubled) = (Convolved($"{block}.branch3x3_1", x), Chain(block, x, "branch3x3dbl_1", "branch3x3dbl_2"));
        return cat(
        [
            Convolved($"{block}.branch1x1", x),
            Same($"{block}.branch3x3_2a", single),
            Same($"{block}.branch3x3_2b", single),
            Same($"{block}.branch3x3dbl_3a", doubled),
            Same($"{block}.branch3x3dbl_3b", doubled),
            Convolved($"{block}.branch_pool", pooled),
        ], 1);
    }

    private static Tensor Halved(Tensor x, Tensor first, Tensor second) => cat([first, second, nn.functional.max_pool2d(x, 3, 2)], 1);

    private static Tensor Averaged(Tensor x) => nn.functional.avg_pool2d(x, 3, 1, 1, count_include_pad: false);

    // One convolution after the other, each keeping the size; in the blocks that halve it the last one does that.
    private Tensor Chain(string block, Tensor x, params string[] names)
    {
        var halves = block is "Mixed_6a" or "Mixed_7a";
        for (var i = 0; i < names.Length; i++)
            x = halves && i == names.Length - 1 ? Convolved($"{block}.{names[i]}", x, 2) : Same($"{block}.{names[i]}", x);
        return x;
    }

    private Tensor Same(string name, Tensor x)
    {
        var kernel = weights[$"{name}.conv.weight"].shape;
        return Convolved(name, x, 1, [kernel[2] / 2, kernel[3] / 2]);
    }

    private Tensor Convolved(string name, Tensor x, long stride = 1, long[]? padding = null)
    {
        var y = nn.functional.conv2d(x, weights[$"{name}.conv.weight"], null, [stride, stride], padding ?? [0, 0]);
        var factor = weights[$"{name}.bn.weight"] * (weights[$"{name}.bn.running_var"] + Epsilon).rsqrt();
        var shift = weights[$"{name}.bn.bias"] - weights[$"{name}.bn.running_mean"] * factor;
        return (y * factor.view(1, -1, 1, 1) + shift.view(1, -1, 1, 1)).relu();
    }

    // Between pixels in a straight line, corner on corner without the half pixel, as TensorFlow 1 did it.
    private static Tensor Resized(Tensor x) => Stretched(Stretched(x, 2), 3);

    private static Tensor Stretched(Tensor x, int axis)
    {
        var size = (int)x.shape[axis];
        var places = Enumerable.Range(0, Side).Select(i => i * (float)size / Side).ToArray();
        using var below = tensor(Array.ConvertAll(places, place => (long)place), device: x.device);
        using var above = tensor(Array.ConvertAll(places, place => Math.Min((long)place + 1, size - 1)), device: x.device);
        var shape = new long[] { 1, 1, 1, 1 };
        shape[axis] = Side;
        var share = tensor(Array.ConvertAll(places, place => place - (long)place), device: x.device).view(shape);
        var first = x.index_select(axis, below);
        return first + (x.index_select(axis, above) - first) * share;
    }

    private static IEnumerable<string> Convolutions()
    {
        string[] stem = ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"];
        string[] fine = ["branch1x1", "branch5x5_1", "branch5x5_2", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3", "branch_pool"];
        string[] small = ["branch3x3", "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"];
        string[] middle =
        [
            "branch1x1", "branch7x7_1", "branch7x7_2", "branch7x7_3",
            "branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5", "branch_pool",
        ];
        string[] wide = ["branch3x3_1", "branch3x3_2", "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"];
        string[] coarse =
        [
            "branch1x1", "branch3x3_1", "branch3x3_2a", "branch3x3_2b",
            "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3a", "branch3x3dbl_3b", "branch_pool",
        ];
        return
        [
            .. stem, .. Of(fine, "5b", "5c", "5d"), .. Of(small, "6a"), .. Of(middle, "6b", "6c", "6d", "6e"), .. Of(wide, "7a"),
            .. Of(coarse, "7b", "7c"),
        ];

        static IEnumerable<string> Of(string[] layers, params string[] blocks) =>
            blocks.SelectMany(block => layers.Select(layer => $"Mixed_{block}.{layer}"));
    }

    private static Tensor Load(NamedTensor saved, Device device)
    {
        var host = tensor(saved.ToFloats()).reshape(saved.Shape);
        if (device.type == DeviceType.CPU)
            return host;
        using (host)
            return host.to(device);
    }
}

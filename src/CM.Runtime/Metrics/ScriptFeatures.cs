namespace CM.Runtime;

/// <summary>
/// A network that TorchScript has saved, from bytes to features, such as the Inception of StyleGAN2's metrics: it takes images
/// <c>[n, 3, height, width]</c> of numbers from 0 to 255 and, where it takes a second value, true for features instead of logits.
/// </summary>
internal sealed class ScriptFeatures : FeatureNetwork
{
    private readonly Protocol protocol;
    private readonly jit.ScriptModule script;
    private readonly object[] more;

    private ScriptFeatures(string path, Protocol protocol, jit.ScriptModule script)
    {
        this.protocol = protocol;
        this.script = script;
        script.eval();
        more = script.GetNumberOfInputs() > 1 ? [true] : [];
        Name = path;
        Identity = $"{FeatureCache.HashOf(path)}|{protocol}";
    }

    public override string Name { get; }

    public override string Identity { get; }

    public override bool Unbiased => protocol.Unbiased;

    /// <summary>Loads a script.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static ScriptFeatures Open(string path, Protocol protocol, Device device)
    {
        try
        {
            return new(path, protocol, jit.load(path, device));
        }
        catch (System.Runtime.InteropServices.ExternalException failure)
        {
            throw new UserError($"--features {path}: cannot be loaded as TorchScript ({failure.Message.Trim().TrimEnd('.')}); "
                + "name a file that torch.jit.save wrote, or weights of Inception.", failure);
        }
    }

    public override (Tensor Features, Tensor? Logits) Look(Tensor images)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var features = Run(protocol.Bytes(images));
        return features.dim() == 2
            ? (features.MoveToOuterDisposeScope(), null)
            : throw new UserError($"--features {Name}: gives [{string.Join(", ", features.shape)}] for images "
                + $"[{string.Join(", ", images.shape)}], and features [n, d] were expected.");
    }

    public override void Dispose() => script.Dispose();

    private Tensor Run(Tensor bytes)
    {
        try
        {
            return (Tensor)script.forward([bytes, .. more]);
        }
        catch (System.Runtime.InteropServices.ExternalException failure)
        {
            throw new UserError($"--features {Name}: does not take images [{string.Join(", ", bytes.shape)}] "
                + $"({failure.Message.Trim().TrimEnd('.')}).", failure);
        }
    }
}

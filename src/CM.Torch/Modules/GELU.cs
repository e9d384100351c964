using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>x·Φ(x), exactly or by the approximation with tanh.</summary>
public sealed class GELU : nn.Module<Tensor, Tensor>
{
    internal GELU(Approximate approximate, bool inplace) : base(nameof(GELU)) => (this.approximate, this.inplace) = (approximate, inplace);

    public Approximate approximate { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor, approximate, inplace);

    public enum Approximate { none, tanh }
}

namespace CM.Dsl;

/// <summary>A layer whose weights are drawn from a law of choice.</summary>
public abstract class WeightedLayerAttribute : LayerAttribute
{
    /// <summary>The law. Default: <see cref="Start.PyTorch"/>.</summary>
    public Start Start { get; set; }

    /// <summary>Multiplies the weights after they are drawn, 0 or more; EDM's <c>init_weight</c>. Default: 1.</summary>
    public double Gain { get; set; } = 1;

    /// <summary>
    /// Multiplies the biases, which are drawn from the same law, 0 or more; EDM's <c>init_bias</c>. Default: 0, and 1 for <see cref="Start.PyTorch"/>.
    /// </summary>
    public double BiasGain { get; set; }
}

/// <summary>
/// How weights start. U is uniform in [−1, 1), N is normal with deviation 1; a convolution counts channels·kernel² in and out, of one group.
/// Names and formulas are EDM's (<c>weight_init</c>, Karras et al. 2022).
/// </summary>
public enum Start
{
    /// <summary>What PyTorch's module of that name does: U/√in.</summary>
    PyTorch,

    /// <summary>√(6/(in + out))·U (Glorot and Bengio 2010).</summary>
    XavierUniform,

    /// <summary>√(2/(in + out))·N.</summary>
    XavierNormal,

    /// <summary>√(3/in)·U (He et al. 2015).</summary>
    KaimingUniform,

    /// <summary>√(1/in)·N.</summary>
    KaimingNormal,
}

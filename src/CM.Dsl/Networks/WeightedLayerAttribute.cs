namespace CM.Dsl;

/// <summary>A layer whose weights are drawn from a distribution of choice.</summary>
public abstract class WeightedLayerAttribute : LayerAttribute
{
    /// <summary>The distribution. Default: <see cref="Init.PyTorch"/>.</summary>
    public Init Init { get; set; }

    /// <summary>Factor of the drawn weights, 0 or more; EDM's <c>init_weight</c>. Default: 1.</summary>
    public double InitWeight { get; set; } = 1;

    /// <summary>
    /// Multiplies the biases, which are drawn from the same distribution, 0 or more; EDM's <c>init_bias</c>. Default: 0, and 1 for
    /// <see cref="Init.PyTorch"/>.
    /// </summary>
    public double InitBias { get; set; }
}

/// <summary>
/// Initialization of weights. U is uniform in [−1, 1), N is normal with standard deviation 1; a convolution counts channels·kernel² in and
/// out, of one group. Names and formulas are EDM's (<c>weight_init</c>, Karras et al. 2022).
/// </summary>
public enum Init
{
    /// <summary>The initialization of PyTorch's module of that name: U/√in.</summary>
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

namespace CM.Runtime;

/// <summary>How a parameter starts.</summary>
public readonly record struct Init
{
    private enum Law
    {
        Constant,
        Uniform,
        Normal,
    }

    private readonly Law law;
    private readonly double size;

    private Init(Law law, double size)
    {
        this.law = law;
        this.size = size;
    }

    /// <summary>Evenly spread in [−bound, bound).</summary>
    /// <param name="bound">0 or more.</param>
    public static Init Uniform(double bound) => new(Law.Uniform, bound);

    /// <summary>From N(0, deviation²).</summary>
    /// <param name="deviation">0 or more.</param>
    public static Init Normal(double deviation) => new(Law.Normal, deviation);

    /// <summary>Every number the same.</summary>
    public static Init Constant(double value) => new(Law.Constant, value);

    /// <summary>Overwrites a tensor, drawing from libtorch's generator.</summary>
    internal void Fill(Tensor tensor)
    {
        switch (law)
        {
            case Law.Uniform:
                tensor.uniform_(-size, size);
                break;
            case Law.Normal:
                tensor.normal_(0, size);
                break;
            default:
                tensor.fill_(size);
                break;
        }
    }
}

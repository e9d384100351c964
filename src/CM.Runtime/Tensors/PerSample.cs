using System.ComponentModel;
using static TorchSharp.torch;

namespace CM.Runtime;

/// <summary>What is done with a number per sample, called by generated experiments.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class PerSample
{
    private static readonly long[][] Shapes = [.. Enumerable.Range(0, 8).Select(axes => Enumerable.Range(0, axes).Select(axis => axis == 0 ? -1L : 1L).ToArray())];

    /// <summary>a·x.</summary>
    /// <param name="a">[B], float64, without gradient.</param>
    /// <param name="x">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Scale(Tensor a, Tensor x)
    {
        using var column = Column(a, x.Dimensions);
        return column * x;
    }

    /// <summary>x + b·y.</summary>
    /// <param name="x">[B, …], float32.</param>
    /// <param name="b">[B], float64, without gradient.</param>
    /// <param name="y">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Mix(Tensor x, Tensor b, Tensor y)
    {
        using var other = Scale(b, y);
        return x + other;
    }

    /// <summary>a·x + b·y.</summary>
    /// <param name="a">[B], float64, without gradient.</param>
    /// <param name="x">[B, …], float32.</param>
    /// <param name="b">[B], float64, without gradient.</param>
    /// <param name="y">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Mix(Tensor a, Tensor x, Tensor b, Tensor y)
    {
        using var one = Scale(a, x);
        return Mix(one, b, y);
    }

    /// <summary>Numbers in the shape that multiplies samples.</summary>
    /// <param name="numbers">[B].</param>
    /// <param name="axes">How many axes the samples have, the batch's included; 1 to 7.</param>
    /// <returns>[B, 1, …], float32.</returns>
    public static Tensor Column(Tensor numbers, long axes)
    {
        using var single = numbers.to(ScalarType.Float32);
        return single.view(Shapes[axes]);
    }
}

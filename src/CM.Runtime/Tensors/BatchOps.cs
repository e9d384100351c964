using System.ComponentModel;
using static TorchSharp.torch;

namespace CM.Runtime;

/// <summary>Operations with a value per sample, called by generated experiments.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BatchOps
{
    private static readonly long[][] Shapes = [.. Enumerable.Range(0, 8).Select(axes => Enumerable.Range(0, axes).Select(axis => axis == 0 ? -1L : 1L).ToArray())];

    /// <summary>a·x.</summary>
    /// <param name="a">[B], float64, without gradient.</param>
    /// <param name="x">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Mul(Tensor a, Tensor x)
    {
        using var column = Broadcast(a, x.Dimensions);
        return column * x;
    }

    /// <summary>x + b·y.</summary>
    /// <param name="x">[B, …], float32.</param>
    /// <param name="b">[B], float64, without gradient.</param>
    /// <param name="y">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Axpby(Tensor x, Tensor b, Tensor y)
    {
        using var other = Mul(b, y);
        return x + other;
    }

    /// <summary>a·x + b·y.</summary>
    /// <param name="a">[B], float64, without gradient.</param>
    /// <param name="x">[B, …], float32.</param>
    /// <param name="b">[B], float64, without gradient.</param>
    /// <param name="y">[B, …], float32.</param>
    /// <returns>[B, …], float32.</returns>
    public static Tensor Axpby(Tensor a, Tensor x, Tensor b, Tensor y)
    {
        using var one = Mul(a, x);
        return Axpby(one, b, y);
    }

    /// <summary>Numbers in the shape that multiplies samples.</summary>
    /// <param name="numbers">[B].</param>
    /// <param name="axes">Number of axes of the samples, the batch's included; 1 to 7.</param>
    /// <returns>[B, 1, …], float32.</returns>
    public static Tensor Broadcast(Tensor numbers, long axes)
    {
        using var single = numbers.to(ScalarType.Float32);
        return single.view(Shapes[axes]);
    }
}

namespace CM.Runtime;

/// <summary>Calls functions of the user's, called by generated networks. Such a function may keep what it sees or makes for as long as it likes.</summary>
public static class Functions
{
    /// <summary>A function of one tensor.</summary>
    public static Tensor Call(Func<Tensor, Tensor> function, Tensor x)
    {
        using var _ = TensorObjects.Lend(x);
        return function(x);
    }

    /// <summary>A function of two tensors.</summary>
    public static Tensor Call(Func<Tensor, Tensor, Tensor> function, Tensor x, Tensor y)
    {
        using var _ = TensorObjects.Lend(x, y);
        return function(x, y);
    }

    /// <summary>A function of three tensors.</summary>
    public static Tensor Call(Func<Tensor, Tensor, Tensor, Tensor> function, Tensor x, Tensor y, Tensor z)
    {
        using var _ = TensorObjects.Lend(x, y, z);
        return function(x, y, z);
    }
}

namespace CM.Runtime;

/// <summary>Classes as networks take them: a row of zeros with a one.</summary>
internal static class OneHot
{
    /// <summary>Labels of classes.</summary>
    /// <param name="classes"><c>[n]</c>, int64, each from 0 up to, but not including, <paramref name="count"/>.</param>
    /// <param name="count">Number of classes.</param>
    /// <returns><c>[n, count]</c>, float32, on the same device.</returns>
    public static Tensor Of(Tensor classes, int count)
    {
        using var whole = nn.functional.one_hot(classes, count);
        return whole.to(ScalarType.Float32);
    }
}

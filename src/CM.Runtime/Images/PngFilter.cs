namespace CM.Runtime;

/// <summary>The five filters of PNG, which store a byte as its difference from a guess (W3C Portable Network Graphics, section 9).</summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Replaces a row by its differences.</summary>
    /// <param name="filter">From 0 (none) to 4 (Paeth).</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above it; zeros above the first.</param>
    /// <param name="pixel">Bytes of a pixel, at least 1.</param>
    /// <param name="differences">As long as the row.</param>
    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int pixel, Span<byte> differences)
    {
        for (var i = 0; i < row.Length; i++)
            differences[i] = (byte)(row[i] - Guess(filter, row, above, i, pixel));
    }

    /// <summary>Replaces the differences in a row by what they were made of.</summary>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        if (filter == 0)
            return;
        for (var i = 0; i < row.Length; i++)
            row[i] += Guess(filter, row, above, i, pixel);
    }

    private static byte Guess(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int i, int pixel)
    {
        var left = i < pixel ? 0 : row[i - pixel];
        return (byte)(filter switch
        {
            0 => 0,
            1 => left,
            2 => above[i],
            3 => (left + above[i]) / 2,
            _ => Paeth(left, above[i], i < pixel ? 0 : above[i - pixel]),
        });
    }

    /// <summary>Whichever of the neighbours is nearest to left + above − corner.</summary>
    private static int Paeth(int left, int above, int corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - 2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}

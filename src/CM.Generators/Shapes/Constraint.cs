namespace CM.Generators.Shapes;

/// <summary>
/// Something that sizes must fulfil and that only numbers can decide: two sizes are equal, one divides the other, or one is not too small.
/// </summary>
/// <param name="Kind">Kind.</param>
/// <param name="Left">The one size, the divisor, or the smallest value.</param>
/// <param name="Right">The other size, or the multiple.</param>
/// <param name="Site">Location of the need.</param>
/// <param name="MessageArguments">Why, such as <c>8 groups do not divide</c>.</param>
internal sealed record Constraint(ConstraintKind Kind, Dim Left, Dim Right, int Site, string MessageArguments)
{
    public Fit Fit => Kind switch
    {
        ConstraintKind.Equal => Fit.Of(Left, Right),
        ConstraintKind.Divides => Fit.Divides(Left, Right),
        _ => Fit.AtLeast(Left, Right),
    };

    /// <summary>The names it depends on.</summary>
    public IEnumerable<string> Names => Left.Names.Union(Right.Names).OrderBy(name => name, StringComparer.Ordinal);

    /// <summary>Actual values if it is not fulfilled.</summary>
    public string Contradiction => Kind == ConstraintKind.AtLeast ? $"it is {Right}" : $"{Left} and {Right} do not";

    public Constraint With(IReadOnlyDictionary<string, Dim> sizes, int site) => this with { Left = Left.With(sizes), Right = Right.With(sizes), Site = site };
}

internal enum ConstraintKind
{
    Equal,
    Divides,
    AtLeast,
}

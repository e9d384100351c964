using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>Reports of a layer's shape rule.</summary>
/// <param name="layer">Whose.</param>
/// <param name="place">Location of the layer's use.</param>
/// <param name="inputs">Shapes of the inputs.</param>
/// <param name="findings">Findings so far.</param>
/// <param name="constraints">Constraints that only numbers can decide.</param>
internal sealed class LayerCheck(LayerPlan layer, int place, IReadOnlyList<ShapedValue> inputs, List<Finding> findings, List<Constraint> constraints)
{
    /// <summary>Name of the input at the layer's use.</summary>
    public string From => inputs[0].Name;

    /// <summary>The input's shape.</summary>
    public Shape Input => inputs[0].Shape;

    /// <summary>The same for the second input.</summary>
    public LayerCheck Second => new(layer, place, [.. inputs.Skip(1)], findings, constraints);

    /// <summary>A number in the attribute is out of range.</summary>
    public void Range(string argument, bool holds, string expected)
    {
        if (!holds)
            findings.Add(new Finding("CM1008", layer.SiteOf(argument), layer.Name, argument, expected));
    }

    /// <summary>
    /// A size in the attribute has a smallest value; a size made of the record's parameters is checked where the block is used.
    /// </summary>
    public void AtLeast(string argument, long least, Dim size, string? expected = null)
    {
        if (Fit.AtLeast(least, size).Verdict == FitVerdict.Always)
            return;
        Range(argument, size.Value is null, expected ?? $"{least} or more");
        Constraint(ConstraintKind.AtLeast, least, size, layer.SiteOf(argument), $"{argument} of '{layer.Name}' is {expected ?? $"{least} or more"}");
    }

    /// <summary>The input must have a number of axes.</summary>
    public bool Rank(Shape input, int rank, string expected)
    {
        if (input.Rank == rank)
            return true;
        Report("CM2002", layer.Name, layer.IsFunction ? "" : $" ({layer.Kind})", expected, From, input.ToString());
        return false;
    }

    /// <summary>An axis of the input must have the size the attribute names.</summary>
    public bool Axis(Shape input, int axis, string argument, Dim expected)
    {
        var fit = Fit.Of(expected, input[axis].Size);
        if (fit.Verdict == FitVerdict.Never)
        {
            Report("CM2001", layer.Name, expected.ToString(), input.NameOf(axis), From, input.ToString(), input[axis].Size.ToString(), input[axis].Cause);
            return false;
        }

        if (fit.Verdict == FitVerdict.OnlyIf)
            constraints.Add(new Constraint(ConstraintKind.Equal, expected, input[axis].Size, place, $"{argument} of '{layer.Name}' is the {input.NameOf(axis)} that comes in"));
        return true;
    }

    /// <summary>A size of the attribute, or its square, must divide another.</summary>
    public bool Divides(string argument, Dim divisor, string whole, Dim size)
    {
        var fit = Fit.Divides(divisor, size);
        if (fit.Verdict == FitVerdict.Never)
            findings.Add(new Finding("CM2007", layer.SiteOf(argument.TrimEnd('²')), layer.Name, divisor.ToString(), argument, whole, size.ToString()));
        else if (fit.Verdict == FitVerdict.OnlyIf)
            constraints.Add(new Constraint(ConstraintKind.Divides, divisor, size, layer.SiteOf(argument.TrimEnd('²')), $"{argument} of '{layer.Name}' divides its {whole}"));
        return fit.Verdict != FitVerdict.Never;
    }

    /// <summary>Something that came out has no size left.</summary>
    public bool Positive(Shape input, int axis, Dim size)
    {
        if (size.Value is null && CanVanish(size))
            Constraint(ConstraintKind.AtLeast, 1, size, place, $"the {input.NameOf(axis)} that '{layer.Name}' leaves is 1 or more");
        if (size.Value is null or > 0)
            return true;
        Report("CM2008", layer.Name, input.NameOf(axis), input[axis].Size.ToString(), From, input.ToString(), input[axis].Cause);
        return false;
    }

    // For some sizes, where each name is much smaller or much larger than the others.
    private static bool CanVanish(Dim size) =>
        size.Names.Any(one => new[] { (1, 1), (1, 64), (64, 1) }.Any(sizes => size.At(name => name == one ? sizes.Item1 : sizes.Item2) < 1));

    /// <summary>Two counts that must be the same; without a finding of its own.</summary>
    public bool Equal(Dim left, Dim right, string words)
    {
        var fit = Fit.Of(left, right);
        if (fit.Verdict == FitVerdict.OnlyIf)
            constraints.Add(new Constraint(ConstraintKind.Equal, left, right, place, words));
        return fit.Verdict != FitVerdict.Never;
    }

    private void Constraint(ConstraintKind kind, Dim left, Dim right, int site, string words)
    {
        var constraint = new Constraint(kind, left, right, site, words);
        if (constraint.Fit.Verdict == FitVerdict.OnlyIf)
            constraints.Add(constraint);
    }

    public void Report(string rule, params string[] words) => findings.Add(new Finding(rule, place, words) { See = layer.IsFunction ? [] : [layer.Site] });
}

using CM.Generators.Diagnostics;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>Where a layer's shape rule says what does not fit.</summary>
/// <param name="layer">Whose.</param>
/// <param name="place">Where the layer is used.</param>
/// <param name="inputs">What flows in there.</param>
/// <param name="problems">Findings so far.</param>
/// <param name="duties">What only numbers can decide.</param>
internal sealed class LayerCheck(LayerPlan layer, int place, IReadOnlyList<FlowValue> inputs, List<Problem> problems, List<Duty> duties)
{
    /// <summary>What the input is called where the layer is used.</summary>
    public string From => inputs[0].Name;

    /// <summary>The input's shape.</summary>
    public Shape Input => inputs[0].Shape;

    /// <summary>The same for the second input.</summary>
    public LayerCheck Second => new(layer, place, [.. inputs.Skip(1)], problems, duties);

    /// <summary>A number in the attribute is out of range.</summary>
    public void Range(string argument, bool holds, string expected)
    {
        if (!holds)
            problems.Add(new Problem("CM1008", layer.SiteOf(argument), layer.Name, argument, expected));
    }

    /// <summary>A size in the attribute has a smallest value; a size made of the record's parameters is checked where the block is used.</summary>
    public void AtLeast(string argument, long least, Dim size, string? expected = null)
    {
        if (Fit.AtLeast(least, size).Verdict == FitVerdict.Always)
            return;
        Range(argument, size.Value is null, expected ?? $"{least} or more");
        Duty(DutyKind.AtLeast, least, size, layer.SiteOf(argument), $"{argument} of '{layer.Name}' is {expected ?? $"{least} or more"}");
    }

    /// <summary>The input must have a number of axes.</summary>
    public bool Rank(Shape input, int rank, string expected)
    {
        if (input.Rank == rank)
            return true;
        Report("CM2002", layer.Name, layer.Kind, expected, From, input.ToString());
        return false;
    }

    /// <summary>An axis of the input must have the size the attribute names.</summary>
    public bool Axis(Shape input, int axis, string argument, Dim expected)
    {
        var fit = Fit.Of(expected, input[axis].Size);
        if (fit.Verdict == FitVerdict.Never)
        {
            Report("CM2001", layer.Name, expected.ToString(), input.NameOf(axis), From, input.ToString(), input[axis].Size.ToString(), Cause(input[axis]));
            return false;
        }

        if (fit.Verdict == FitVerdict.OnlyIf)
            duties.Add(new Duty(DutyKind.Equal, expected, input[axis].Size, place, $"{argument} of '{layer.Name}' is the {input.NameOf(axis)} that comes in"));
        return true;
    }

    /// <summary>A size of the attribute must divide another.</summary>
    public bool Divides(string argument, Dim divisor, string whole, Dim size)
    {
        var fit = Fit.Divides(divisor, size);
        if (fit.Verdict == FitVerdict.Never)
            problems.Add(new Problem("CM2007", layer.SiteOf(argument), layer.Name, divisor.ToString(), argument, whole, size.ToString()));
        else if (fit.Verdict == FitVerdict.OnlyIf)
            duties.Add(new Duty(DutyKind.Divides, divisor, size, layer.SiteOf(argument), $"{argument} of '{layer.Name}' divides its {whole}"));
        return fit.Verdict != FitVerdict.Never;
    }

    /// <summary>Something that came out has no size left.</summary>
    public bool Positive(Shape input, int axis, Dim size)
    {
        if (size.Value is null && size.At(_ => 1) < 1)
            Duty(DutyKind.AtLeast, 1, size, place, $"the {input.NameOf(axis)} that '{layer.Name}' leaves is 1 or more");
        if (size.Value is null or > 0)
            return true;
        Report("CM2008", layer.Name, input.NameOf(axis), input[axis].Size.ToString(), From, input.ToString(), Cause(input[axis]));
        return false;
    }

    /// <summary>Two counts that must be the same; without a finding of its own.</summary>
    public bool Equal(Dim left, Dim right, string words)
    {
        var fit = Fit.Of(left, right);
        if (fit.Verdict == FitVerdict.OnlyIf)
            duties.Add(new Duty(DutyKind.Equal, left, right, place, words));
        return fit.Verdict != FitVerdict.Never;
    }

    private void Duty(DutyKind kind, Dim left, Dim right, int site, string words)
    {
        var duty = new Duty(kind, left, right, site, words);
        if (duty.Fit.Verdict == FitVerdict.OnlyIf)
            duties.Add(duty);
    }

    public void Report(string rule, params string[] words) => problems.Add(new Problem(rule, place, words) { See = [layer.Site] });

    /// <summary>A sentence that tells how a size came about, for the end of a message.</summary>
    public static string Cause(Axis axis) => axis.Story.Length > 0 ? $" {axis.Story}." : "";
}

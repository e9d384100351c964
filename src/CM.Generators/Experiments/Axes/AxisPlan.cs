using CM.Generators.Schedules;

namespace CM.Generators.Experiments.Axes;

/// <summary>A value of an axis as it was declared.</summary>
/// <param name="Kind">Name of its <see cref="AxisKind"/>.</param>
/// <param name="Numbers">Its arguments, defaults filled in; flags are 0 or 1, an array has one entry per element.</param>
internal sealed record AxisPlan(string Kind, EquatableArray<(string Name, double Value)> Numbers)
{
    /// <summary>An argument; NaN where the attribute lacks it, which the C# compiler reports.</summary>
    /// <param name="name">Name of the property or parameter, as in the kind.</param>
    public double this[string name] => Numbers.Where(number => number.Name == name).Select(number => number.Value).DefaultIfEmpty(double.NaN).First();

    /// <summary>True where a flag is set.</summary>
    /// <param name="name">Name of the property.</param>
    public bool Is(string name) => this[name] == 1;
}

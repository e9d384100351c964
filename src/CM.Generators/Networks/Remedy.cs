using System.Globalization;
using System.Text.RegularExpressions;
using CM.Generators.Diagnostics;
using CM.Generators.Schedules;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>One number in an attribute, changed so that the whole network fits.</summary>
/// <param name="Layer">Whose attribute.</param>
/// <param name="Name">What the number is called where it is written: <c>input</c>, <c>Padding</c> or a block's own <c>Width</c>.</param>
/// <param name="Argument">The attribute's argument in lower camel case.</param>
/// <param name="Index">Which number of the argument.</param>
/// <param name="Value">The new number.</param>
internal sealed record Remedy(string Layer, string Name, string Argument, int Index, long Value)
{
    private const int MostChecks = 600;
    private static readonly string[] SmallNumbers = ["padding", "stride", "factor", "dilation", "kernel"];

    /// <summary><c>Padding = 1 on 'Shrink'</c></summary>
    public string Text => $"{Name} = {Value} on '{Layer}'";

    /// <summary>The remedy in one word a part, for a diagnostic to carry.</summary>
    public string ToHint() => string.Join(" ", Layer, Name, Argument, Index.ToString(CultureInfo.InvariantCulture), Value.ToString(CultureInfo.InvariantCulture));

    public static Remedy OfHint(string hint)
    {
        var parts = hint.Split(' ');
        return new(parts[0], parts[1], parts[2], int.Parse(parts[3], CultureInfo.InvariantCulture), long.Parse(parts[4], CultureInfo.InvariantCulture));
    }

    /// <summary>Tries every one-number edit through the checker, the layers that the finding names first.</summary>
    public static IEnumerable<Remedy> Find(NetworkPlan plan, Problem problem)
    {
        var text = string.Join(" ", problem.Words);
        var numbers = new HashSet<long>(Regex.Matches(text, @"\d+").Cast<Match>().Where(match => match.Length < 7).Select(match => long.Parse(match.Value)));
        var checks = 0;
        foreach (var layer in plan.Layers.OrderBy(layer => Mentions(problem, text, layer.Name)))
        {
            foreach (var (argument, index, old) in Places(layer).OrderBy(place => Array.IndexOf(SmallNumbers, place.Argument)))
            {
                IEnumerable<long> values = SmallNumbers.Contains(argument) ? [0, 1, 2, 3, 4, .. numbers.Where(number => number < 8)]
                    : problem.Rule == "CM2007" ? numbers.Union([old - 1, old + 1, 2 * old, old / 2]).OrderBy(value => Math.Abs(value - old))
                    : numbers.Union([2 * old, old / 2]);
                foreach (var value in values.Where(value => value != old).Distinct())
                {
                    if (checks++ > MostChecks)
                        yield break;
                    if (!NetworkChecker.Check(With(plan, layer, argument, index, value)).HasErrors)
                        yield return new(layer.Name, Written(layer, argument, index), argument, index, value);
                }
            }
        }
    }

    private static int Mentions(Problem problem, string text, string layer) =>
        problem.Words.Any(word => word.Contains($"'{layer}' turned") || word.Contains($"'{layer}' made")) ? 0 : problem.Words.Count > 0 && problem.Words[0] == layer ? 1 : text.Contains(layer) ? 2 : 3;

    private static IEnumerable<(string Argument, int Index, long Old)> Places(LayerPlan layer)
    {
        foreach (var argument in layer.Arguments)
        {
            for (var i = 0; i < argument.Sizes.Count; i++)
            {
                if (argument.Sizes[i].Value is { } old)
                    yield return (argument.Name, i, old);
            }
        }

        if (layer.Kind == "Conv2d")
        {
            foreach (var missing in new[] { "padding", "stride" }.Where(name => !layer.Has(name)))
                yield return (missing, 0, -1);
        }
    }

    private static NetworkPlan With(NetworkPlan plan, LayerPlan layer, string argument, int index, long value)
    {
        var old = layer.Arguments.FirstOrDefault(each => each.Name == argument) ?? new(argument, [0], null, null, layer.Site);
        var changed = old with { Sizes = old.Sizes.Select((size, i) => i == index ? value : size).ToEquatable() };
        var edited = layer with { Arguments = layer.Arguments.Where(each => each.Name != argument).Append(changed).ToEquatable() };
        return plan with { Layers = plan.Layers.Select(each => ReferenceEquals(each, layer) ? edited : each).ToEquatable() };
    }

    private static string Written(LayerPlan layer, string argument, int index) =>
        layer.Block is { } block && index < block.Parameters.Count ? block.Parameters[index]
        : argument is "padding" or "stride" or "dilation" or "outputPadding" or "heads" or "channelsPerHead" || (argument == "groups" && layer.Kind == "Conv2d") ? char.ToUpperInvariant(argument[0]) + argument.Substring(1)
        : argument;
}

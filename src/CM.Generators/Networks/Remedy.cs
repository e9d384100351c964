using System.Globalization;
using System.Text.RegularExpressions;
using CM.Generators.Diagnostics;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>One number in an attribute or a call, changed so that the whole network fits.</summary>
/// <param name="Layer">The layer, or the call's text.</param>
/// <param name="Call">Place of the call among those of <c>Forward</c>; -1 for a layer.</param>
/// <param name="Name">Name of the argument: <c>input</c>, <c>Padding</c> or a block's own <c>Width</c>.</param>
/// <param name="Argument">The argument in lower camel case.</param>
/// <param name="Index">Index in the argument.</param>
/// <param name="Value">The new number.</param>
internal sealed record Remedy(string Layer, int Call, string Name, string Argument, int Index, long Value)
{
    private const char Separator = '\t';
    private const int MostChecks = 600;
    private static readonly string[] SmallNumbers = ["padding", "stride", "factor", "dilation", "kernel"];

    /// <summary><c>Padding = 1 on 'Shrink'</c></summary>
    public string Text => $"{Name} = {Value} on '{Layer}'";

    /// <summary>The remedy in one word a part, for a diagnostic to carry.</summary>
    public string ToHint() => string.Join(Separator.ToString(), Layer, Call.ToString(CultureInfo.InvariantCulture), Name, Argument, Index.ToString(CultureInfo.InvariantCulture), Value.ToString(CultureInfo.InvariantCulture));

    public static Remedy OfHint(string hint)
    {
        var parts = hint.Split(Separator);
        return new(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2], parts[3], int.Parse(parts[4], CultureInfo.InvariantCulture), long.Parse(parts[5], CultureInfo.InvariantCulture));
    }

    /// <summary>Tries every one-number edit through the checker, the layers that the finding names first.</summary>
    public static IEnumerable<Remedy> Find(NetworkPlan plan, Finding finding)
    {
        var text = string.Join(" ", finding.MessageArguments);
        var numbers = new HashSet<long>(Regex.Matches(text, @"\d+").Cast<Match>().Where(match => match.Length < 7).Select(match => long.Parse(match.Value)));
        var checks = 0;
        LayerPlan[] functions = [.. plan.Forward?.Functions ?? []];
        foreach (var layer in plan.Layers.Concat(functions).OrderBy(layer => Mentions(finding, text, layer)))
        {
            foreach (var (argument, index, old) in Places(layer).OrderBy(place => Array.IndexOf(SmallNumbers, place.Argument)))
            {
                IEnumerable<long> values = SmallNumbers.Contains(argument) ? [0, 1, 2, 3, 4, .. numbers.Where(number => number < 8)]
                    : finding.Rule == "CM2007" ? numbers.Union([old - 1, old + 1, 2 * old, old / 2]).OrderBy(value => Math.Abs(value - old))
                    : numbers.Union([2 * old, old / 2]);
                foreach (var value in values.Where(value => value != old).Distinct())
                {
                    if (checks++ > MostChecks)
                        yield break;
                    if (!NetworkChecker.Check(With(plan, layer, argument, index, value)).HasErrors)
                        yield return new(layer.Name, Array.IndexOf(functions, layer), Written(layer, argument, index), argument, index, value);
                }
            }
        }
    }

    // Of calls that read alike, the one that the finding points at comes first.
    private static int Mentions(Finding finding, string text, LayerPlan layer) =>
        finding.MessageArguments.Any(word => word.Contains($"'{layer.Name}' turned") || word.Contains($"'{layer.Name}' made")) ? 0
        : finding.MessageArguments.Count > 0 && finding.MessageArguments[0] == layer.Name ? layer.IsFunction && finding.Site != layer.Site && layer.Arguments.All(argument => finding.Site != argument.Site) ? 2 : 1
        : text.Contains(layer.Name) ? 2 : 3;

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
        return layer.IsFunction ? plan with { Forward = plan.Forward!.With(layer, edited) } : plan with { Layers = plan.Layers.Select(each => ReferenceEquals(each, layer) ? edited : each).ToEquatable() };
    }

    private static string Written(LayerPlan layer, string argument, int index) =>
        layer.IsFunction ? argument
        : layer.Block is { } block && index < block.Parameters.Count ? block.Parameters[index]
        : argument is "padding" or "stride" or "dilation" or "outputPadding" or "heads" or "channelsPerHead" || (argument == "groups" && layer.Kind == "Conv2d") ? char.ToUpperInvariant(argument[0]) + argument.Substring(1)
        : argument;
}

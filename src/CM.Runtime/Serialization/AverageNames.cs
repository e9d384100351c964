using System.Text.RegularExpressions;

namespace CM.Runtime;

/// <summary>
/// Tells from a name whether tensors are an average of the weights: <c>model_ema.</c>, <c>G_ema.</c>,
/// <c>ema.shadow_params.</c>, <c>averagedModel.</c>
/// </summary>
internal static partial class AverageNames
{
    private static readonly HashSet<string> Averages = new(StringComparer.OrdinalIgnoreCase)
    {
        "ema", "ewma", "swa", "avg", "average", "averages", "averaged", "polyak", "shadow", "smoothed",
    };

    /// <summary>Optimisers keep averages of gradients, such as Adam's <c>exp_avg</c>.</summary>
    private static readonly HashSet<string> Optimizers = new(StringComparer.OrdinalIgnoreCase)
    {
        "opt", "optim", "optimizer", "optimizers", "exp", "momentum",
    };

    /// <summary>Number of words of a name that say that it is an average; below 0 for the state of an optimiser.</summary>
    public static int Score(string name)
    {
        var words = Word().Matches(name).Select(match => match.Value).ToList();
        return words.Any(Optimizers.Contains) ? -1 : words.Count(Averages.Contains);
    }

    /// <summary>The part of a tensor's name up to the last folder that is an average; null where none is.</summary>
    public static string? Folder(string name)
    {
        for (var end = name.LastIndexOf('.'); end > 0; end = name.LastIndexOf('.', end - 1))
            if (Score(name[(name.LastIndexOf('.', end - 1) + 1)..end]) > 0)
                return Score(name[..end]) > 0 ? name[..(end + 1)] : null;
        return null;
    }

    [GeneratedRegex("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")]
    private static partial Regex Word();
}

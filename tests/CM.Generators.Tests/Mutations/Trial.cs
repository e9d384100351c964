using System.Text.RegularExpressions;
using CM.Generators.Diagnostics;
using CM.Generators.Networks;
using CM.Generators.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Generators.Tests.Mutations;

/// <summary>One declaration in a namespace of its own: what the checker says of it, and what libtorch says.</summary>
internal sealed partial class Trial
{
    // A batch and sizes of open axes. Round ones are multiples of 48, so that nothing is lost in halving.
    private static readonly (bool Round, long Batch, long[] Axes)[] Sizes =
    [
        (true, 2, [48, 96, 144]), (true, 3, [96, 48, 192]), (false, 1, [20, 36, 28]), (false, 2, [18, 30, 22]), (false, 1, [27, 33, 21]), (false, 2, [25, 35, 23]),
    ];

    private readonly Dictionary<string, NetworkPlan> plans = [];
    private readonly Dictionary<string, Place> places = [];
    private readonly Interpreter interpreter;
    private readonly List<Pass> passes = [];
    private bool keepsItsWarnings = true;
    private string reason = "";

    public Trial(Mutant? mutant, Declared declared, SyntaxTree tree, SemanticModel model, IReadOnlyList<Diagnostic> findings)
    {
        (Mutant, Declared, Findings) = (mutant, declared, findings);
        foreach (var record in tree.GetRoot().DescendantNodes().OfType<RecordDeclarationSyntax>())
        {
            var plan = NetworkReader.Read(model.GetDeclaredSymbol(record)!, new SourceSites(), default);
            plans.Add(plan.Record.FullName, plan);
            places.Add(plan.Record.FullName, new(record.SpanStart, record.Span.End));
        }

        interpreter = new(plans);
    }

    /// <summary>The edit; null for the declaration as it is in the corpus.</summary>
    public Mutant? Mutant { get; }

    public Declared Declared { get; }

    /// <summary>What the analyzer reports.</summary>
    public IReadOnlyList<Diagnostic> Findings { get; }

    public IEnumerable<Diagnostic> Errors => Findings.Where(finding => finding.Severity == DiagnosticSeverity.Error);

    /// <summary>
    /// Whether a network cannot be what it says: it fails for sizes that every halving divides, or a block fails for every choice of its
    /// parameters.
    /// </summary>
    public bool IsWrong { get; private set; }

    public Verdict Verdict { get; private set; }

    /// <summary>Whether an error points at the edit: a place of it, or a name in its message.</summary>
    public bool IsLocated => Mutant is { } mutant && Errors.Any(error =>
        error.AdditionalLocations.Prepend(error.Location).Any(place => mutant.Lines.Contains(place.GetLineSpan().StartLinePosition.Line - 1))
        || mutant.Names.Any(name => error.GetMessage().Contains($"'{name}'", StringComparison.Ordinal)));

    public override string ToString() => $"{Verdict}: {Mutant?.ToString() ?? Declared.Name}\n  {reason}\n  {string.Join("\n  ", Findings)}";

    /// <summary>Finds out whether it is wrong and compares with the findings; what has no errors must run as generated.</summary>
    public void Run(Emitted emitted)
    {
        foreach (var plan in plans.Values)
        {
            var claims = Claims(plan).ToArray();
            if (plan.Parameters.Count == 0)
                RunRoot(plan, claims);
            else
                RunBlock(plan, claims);
        }

        Verdict = (IsWrong, Errors.Any()) switch
        {
            (true, true) => Verdict.Found,
            (true, false) => Verdict.Missed,
            (false, true) => Verdict.FalseAlarm,
            _ => !keepsItsWarnings ? Verdict.FalseWarning : RunsAsGenerated(emitted) ? Verdict.Passed : Verdict.BadCode,
        };
    }

    private void RunRoot(NetworkPlan plan, (string[] Names, long Divisor)[] claims)
    {
        foreach (var (round, batch, axes) in AllSizes(plan, claims))
        {
            var sizes = Assign(plan, batch, axes);
            var inputs = Inputs(plan, sizes);
            var results = inputs is null ? null : Attempt(plan, new Dictionary<string, long>(), inputs, sizes);
            passes.Add(new(plan, inputs ?? [], results));
            IsWrong |= round && results is null;
            var promised = claims.All(claim => claim.Names.All(name => sizes[name] % claim.Divisor == 0));
            keepsItsWarnings &= promised == results is not null;
        }
    }

    // The numbers of parameters differ from each other, so that a mistaken name is seen; what divides channels divides them, and in the
    // last two orders every number the next.
    private void RunBlock(NetworkPlan plan, (string[] Names, long Divisor)[] claims)
    {
        var side = claims.Aggregate(12L, (all, claim) => all / Gcd(all, claim.Divisor) * claim.Divisor);
        var numbers = Enumerable.Range(1, plan.Parameters.Count).Select(i => 48L * i).ToArray();
        var doubled = Enumerable.Range(0, numbers.Length).Select(i => 48L << i).ToArray();
        foreach (var order in new[] { numbers, [.. numbers.Reverse()], [.. numbers.Select(number => number / 48)], [.. numbers.Reverse().Select(number => number / 48)], doubled, [.. doubled.Reverse()] })
        {
            var parameters = plan.Parameters.Zip(order).ToDictionary(pair => pair.First, pair => pair.Second);
            var sizes = Assign(plan, 2, [side, 2 * side, 3 * side]);
            foreach (var (name, size) in parameters)
                sizes[name] = size;
            if (Inputs(plan, sizes) is { } inputs && Attempt(plan, parameters, inputs, sizes) is not null)
                return;
        }

        IsWrong = true;
    }

    private Tensor[]? Attempt(NetworkPlan plan, Dictionary<string, long> parameters, Tensor[] inputs, Dictionary<string, long> sizes)
    {
        try
        {
            var results = interpreter.Run(plan, parameters, inputs, plan.Record.Name + "/");
            if (plan.Forward is { } forward)
                Interpreter.Compare(forward, results, sizes);
            return results;
        }
        catch (Exception failed) when (failed is not (NotSupportedException or NullReferenceException))
        {
            reason = $"{plan.Record.Name} with {string.Join(", ", sizes.Select(size => $"{size.Key} = {size.Value}"))}: {failed.Message.Split('\n')[0]}";
            return null;
        }
    }

    // With the same weights, generated code gives the same numbers, and refuses what the interpreter refuses.
    private bool RunsAsGenerated(Emitted emitted)
    {
        foreach (var root in passes.GroupBy(pass => pass.Plan))
        {
            var name = root.Key.Record.FullName["global::".Length..];
            try
            {
                using var store = emitted.NewStore(name);
                var prefix = root.Key.Record.Name + "/";
                foreach (var (weight, value) in interpreter.Weights.Where(weight => weight.Key.StartsWith(prefix, StringComparison.Ordinal)))
                    (store.Layout.Buffers.Any(buffer => prefix + buffer.Name == weight) ? store.Buffer(weight[prefix.Length..]) : store[weight[prefix.Length..]]).copy_(value);
                var module = emitted.NewModule(name, store);
                module.eval();
                if (!root.All(pass => Agrees(module, pass)))
                    return false;
            }
            catch (Exception failed)
            {
                reason = failed.ToString();
                return false;
            }
        }

        return true;
    }

    private bool Agrees(nn.Module module, Pass pass)
    {
        if (pass.Results is null)
            return Record.Exception(() => Emitted.Forward(module, pass.Inputs)) is not null;
        var results = Emitted.Forward(module, pass.Inputs);
        reason = $"{pass.Plan.Record.Name} as generated gives {string.Join(", ", results.Select(result => $"[{string.Join(", ", result.shape)}]"))} of other numbers than the interpreter, by {string.Join(", ", results.Zip(pass.Results).Select(pair => (pair.First - pair.Second).abs().max().ToSingle() / pair.Second.abs().max().ToSingle()))} with {pass.Inputs[0].shape[0]} examples";
        return results.Length == pass.Results.Length && results.Zip(pass.Results).All(pair => IsClose(pair.First, pair.Second));
    }

    private static bool IsClose(Tensor actual, Tensor wanted) => actual.shape.SequenceEqual(wanted.shape)
        && (actual - wanted).abs().max().ToSingle() <= 1e-4f * Math.Max(1e-3f, wanted.abs().max().ToSingle());

    private static Tensor[]? Inputs(NetworkPlan plan, Dictionary<string, long> sizes)
    {
        try
        {
            return [.. InputsOf(plan).Select((input, i) => Interpreter.Drawn([.. input.Sizes.Select(size => Interpreter.At(size, sizes) is > 0 and var axis ? axis : throw new DeclarationException("axis below 1"))], 7 * i))];
        }
        catch (DeclarationException)
        {
            return null;
        }
    }

    private static IEnumerable<InputPlan> InputsOf(NetworkPlan plan) => plan.Forward?.Inputs ?? (plan.Chain is { } chain ? [chain] : []);

    private static IEnumerable<(bool Round, long Batch, long[] Axes)> AllSizes(NetworkPlan plan, (string[] Names, long Divisor)[] claims)
    {
        if (claims.Length == 0)
            return Open(plan).Length == 0 ? Sizes.Take(2) : Sizes;
        var common = claims.Aggregate(4L, (all, claim) => all / Gcd(all, claim.Divisor) * claim.Divisor);
        return [.. Sizes, (false, 1, [common * 3, common * 5, common * 7])];
    }

    private static string[] Open(NetworkPlan plan) =>
        [.. InputsOf(plan).SelectMany(input => input.Sizes).SelectMany(size => size.Names).Where(name => name is not ("B" or "?") && !plan.Parameters.Contains(name)).Distinct().Order(StringComparer.Ordinal)];

    private static Dictionary<string, long> Assign(NetworkPlan plan, long batch, long[] axes)
    {
        var sizes = Open(plan).Select((name, i) => (name, axes[i % axes.Length] + i / axes.Length)).ToDictionary();
        sizes["B"] = batch;
        return sizes;
    }

    // What the warnings inside the record say.
    private IEnumerable<(string[] Names, long Divisor)> Claims(NetworkPlan plan)
    {
        var place = places[plan.Record.FullName];
        foreach (var warning in Findings.Where(finding => finding.Id == "CM2009" && finding.Location.SourceSpan.Start >= place.Start && finding.Location.SourceSpan.End <= place.End))
        {
            var words = Claim().Match(warning.GetMessage());
            yield return (words.Groups[1].Value.Split(" and "), long.Parse(words.Groups[2].Value));
        }
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    [GeneratedRegex("only if (.*) is divisible by ([0-9]+)")]
    private static partial Regex Claim();
}

/// <summary>Where a record stands in its source.</summary>
internal sealed record Place(int Start, int End);

/// <summary>How the checker's findings compare with the truth.</summary>
internal enum Verdict
{
    /// <summary>Right, no error, and generated code runs.</summary>
    Passed,

    /// <summary>Wrong, and there is an error.</summary>
    Found,

    /// <summary>Wrong, and there is no error.</summary>
    Missed,

    /// <summary>Right, and there is an error.</summary>
    FalseAlarm,

    /// <summary>Runs for other sizes than the warnings say.</summary>
    FalseWarning,

    /// <summary>Right, but generated code does something else.</summary>
    BadCode,
}

/// <summary>A network run for some sizes; no results where it failed.</summary>
internal sealed record Pass(NetworkPlan Plan, Tensor[] Inputs, Tensor[]? Results);

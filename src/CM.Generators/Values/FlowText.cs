using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Values;

/// <summary>The Flow language as source, for generators of other assemblies.</summary>
internal static class FlowText
{
    /// <summary>A coupling's method.</summary>
    public static string Couple(string[] ends, string? times, string? labels, EquatableArray<Binding> bindings, FlowExpression result)
    {
        var body = string.Concat(bindings.Select(binding => $"var {Names(binding)} = {Of(binding.Value)}; "));
        var pair = result is FlowTuple { Items: { Count: >= 2 } items } ? $"new Pair({Of(items[0])}, {Of(items[1])}){(items.Count > 2 ? $" {{ Penalty = {Of(items[2])} }}" : "")}" : Of(result);
        var more = (times is null ? "" : $", Times {Escape(times)}") + (labels is null ? "" : $", Flow {Escape(labels)}");
        return $"private Pair Couple(Flow {Escape(ends[0])}, Flow {Escape(ends[1])}{more}) {{ {body}return {pair}; }}";
    }

    private static string Names(Binding binding) =>
        binding.Names.Count == 1 ? Escape(binding.Names[0]) : $"({string.Join(", ", binding.Names.Select(Escape))})";

    private static string Of(FlowExpression expression) => expression switch
    {
        FlowName name => string.Join(".", name.Name.Split('.').Select(Escape)), // the parameter of times, a dot, and which of them
        FlowPipe pipe => $"({Of(pipe.Input)} | {Escape(pipe.Layer)})",
        FlowBinary binary => $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)})",
        FlowNumber number => number.Value < 0 ? $"(-{Number(-number.Value)})" : Number(number.Value),
        FlowNegate negate => $"(-{Of(negate.Operand)})",
        FlowCat cat => $"Flow.Cat({string.Join(", ", cat.Items.Select(Of))})",
        FlowTuple tuple => $"({string.Join(", ", tuple.Items.Select(Of))})",
        _ => "?",
    };
}

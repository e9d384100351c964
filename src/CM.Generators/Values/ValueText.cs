using static CM.Generators.Core.Literals;

namespace CM.Generators.Values;

/// <summary>The Value language as source, for generators of other assemblies.</summary>
internal static class ValueText
{
    /// <summary>A coupling's method.</summary>
    public static string Couple(string[] ends, string? times, string? labels, EquatableArray<Binding> bindings, ValueExpression result)
    {
        var body = string.Concat(bindings.Select(binding => $"var {Names(binding)} = {Of(binding.Value)}; "));
        var pair = result is TupleExpression { Items: { Count: >= 2 } items } ? $"new Pair({Of(items[0])}, {Of(items[1])}){(items.Count > 2 ? $" {{ Regularization = {Of(items[2])} }}" : "")}" : Of(result);
        var more = (times is null ? "" : $", TimePair {Escape(times)}") + (labels is null ? "" : $", Value {Escape(labels)}");
        return $"private Pair Couple(Value {Escape(ends[0])}, Value {Escape(ends[1])}{more}) {{ {body}return {pair}; }}";
    }

    private static string Names(Binding binding) =>
        binding.Names.Count == 1 ? Escape(binding.Names[0]) : $"({string.Join(", ", binding.Names.Select(Escape))})";

    private static string Of(ValueExpression expression) => expression switch
    {
        NameExpression name => string.Join(".", name.Name.Split('.').Select(Escape)), // the parameter of times, a dot, and which of them
        PipeExpression { Function: { } function } pipe => $"({Of(pipe.Input)} | {Call(function)})",
        PipeExpression pipe => $"({Of(pipe.Input)} | {Escape(pipe.Layer)})",
        BinaryExpression binary => $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)})",
        NumberExpression number => number.Value < 0 ? $"(-{Number(-number.Value)})" : Number(number.Value),
        NegateExpression negate => $"(-{Of(negate.Operand)})",
        CatExpression cat => $"Value.Cat({string.Join(", ", cat.Items.Select(Of))})",
        TupleExpression tuple => $"({string.Join(", ", tuple.Items.Select(Of))})",
        _ => "?",
    };

    // By its full name, which no part of another record can take.
    private static string Call(LayerPlan function) =>
        $"Functions.{function.Kind}{(function.Name.EndsWith(")", StringComparison.Ordinal) ? $"({string.Join(", ", function.Arguments.Select(Of))})" : "")}";

    private static string Of(Argument argument) =>
        argument.Number is { } number ? $"{argument.Name}: {Number(number)}"
        : argument.Text is { } text ? $"{argument.Name}: {text}"
        : argument.Sizes is { Count: 1 } size ? $"{argument.Name}: {size[0]}"
        : $"{argument.Name}: [{string.Join(", ", argument.Sizes)}]";
}

namespace CM.Generators.Schedules;

/// <summary>Formulas as a reader of papers writes them, for comments.</summary>
internal static class ScheduleFormulaText
{
    private const int Choosing = 0, Deciding = 1, Comparing = 2, Adding = 3, Multiplying = 4, Raised = 5, Primary = 6;

    /// <summary>The result with every intermediate value that has a name explained after it.</summary>
    public static string Of(Method method) =>
        method.Result is null ? ""
        : method.Locals.Count == 0 ? Of(method.Result)
        : $"{Of(method.Result)} with {string.Join(", ", method.Locals.Select(local => $"{local.Name} = {Of(local.Value)}"))}";

    public static string Of(Formula formula) => Write(formula).Text;

    private static (string Text, int Rank) Write(Formula formula) => formula switch
    {
        Number number => (Literals.Number(number.Value).Replace('-', '−'), number.Value < 0 ? Adding : Primary),
        Variable variable => (variable.Name, Primary),
        Negated negated => ("−" + At(negated.Operand, Multiplying), Adding),
        Combined combined => Write(combined),
        Applied applied => Write(applied.Function, applied.Arguments),
        Choice choice => ($"{At(choice.Yes, Deciding)} if {At(choice.Test, Deciding)}, else {At(choice.No, Choosing)}", Choosing),
        Converted { Kind: Kind.Whole } converted => ($"whole part of ({Of(converted.Operand)})", Primary),
        Converted converted => Write(converted.Operand),
        _ => throw new InvalidOperationException($"{formula} cannot be written."),
    };

    private static (string Text, int Rank) Write(Combined combined)
    {
        var (sign, rank) = combined.Operation switch
        {
            Operation.Add => (" + ", Adding),
            Operation.Subtract => (" − ", Adding),
            Operation.Multiply => ("·", Multiplying),
            Operation.Divide => ("/", Multiplying),
            Operation.Remainder => (" mod ", Multiplying),
            Operation.ShiftLeft => (" << ", Adding),
            Operation.ShiftRight => (" >> ", Adding),
            Operation.Less => (" < ", Comparing),
            Operation.LessOrEqual => (" ≤ ", Comparing),
            Operation.Greater => (" > ", Comparing),
            Operation.GreaterOrEqual => (" ≥ ", Comparing),
            Operation.Equal => (" = ", Comparing),
            Operation.NotEqual => (" ≠ ", Comparing),
            Operation.And => (" and ", Deciding),
            _ => (" or ", Deciding),
        };
        return (At(combined.Left, rank) + sign + At(combined.Right, rank + 1), rank);
    }

    private static (string Text, int Rank) Write(string function, EquatableArray<Formula> arguments) => function switch
    {
        "Abs" => ($"|{Of(arguments[0])}|", Primary),
        "Sqrt" => ("√" + At(arguments[0], Primary), Primary),
        "Exp" => ("e^" + At(arguments[0], Primary), Raised),
        "Log" => ("ln " + At(arguments[0], Primary), Raised),
        "Log2" => ("log₂ " + At(arguments[0], Primary), Raised),
        "Floor" => ($"⌊{Of(arguments[0])}⌋", Primary),
        "Ceiling" => ($"⌈{Of(arguments[0])}⌉", Primary),
        "Pow" when arguments[1] is Number { Value: 2 } => (At(arguments[0], Primary) + "²", Raised),
        "Pow" => ($"{At(arguments[0], Primary)}^{At(arguments[1], Primary)}", Raised),
        _ => ($"{function.ToLowerInvariant()}({string.Join(", ", arguments.Select(Of))})", Primary),
    };

    private static string At(Formula formula, int least)
    {
        var (text, rank) = Write(formula);
        return rank < least ? $"({text})" : text;
    }
}

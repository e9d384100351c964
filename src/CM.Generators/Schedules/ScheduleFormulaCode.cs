using System.Globalization;

namespace CM.Generators.Schedules;

/// <summary>
/// Formulas as C#. Formulas with one value per sample become TorchSharp code over float64 tensors <c>[B]</c>; the rest stays ordinary
/// double arithmetic.
/// </summary>
internal static class ScheduleFormulaCode
{
    private const int Or = 1, And = 2, Choosing = 0, Comparing = 4, Shifting = 5, Adding = 6, Multiplying = 7, Prefixed = 8, Primary = 9;

    /// <summary>The formula as an expression: a tensor if it has a value per sample, else a double, int or bool.</summary>
    public static string Of(Formula formula) => Write(formula).Text;

    /// <summary>The formula as a tensor, whatever it is.</summary>
    /// <param name="like">A tensor that gives shape, type and device.</param>
    public static string Tensor(Formula formula, string like) => formula switch
    {
        Variable { PerSample: true } variable => Literals.Escape(variable.Name) + ".clone()",
        { PerSample: true } => Of(formula),
        Number { Value: 1 } => $"ones_like({like})",
        _ => $"full_like({like}, {Of(formula)})",
    };

    /// <summary>Whether a method can be called on the expression without parentheses around it.</summary>
    public static bool IsPrimary(Formula formula) => !formula.PerSample || Write(formula).Rank == Primary;

    private static (string Text, int Rank) Write(Formula formula) => formula switch
    {
        Number number => Literal(number, real: false),
        Variable variable => (Literals.Escape(variable.Name), Primary),
        Negated negated => ("-" + At(negated.Operand, Prefixed + 1), Prefixed),
        Combined combined => Write(combined),
        Applied { PerSample: true } applied => (OnTensors(applied), Primary),
        Applied applied => ($"{applied.Function}({string.Join(", ", applied.Arguments.Select(Of))})", Primary),
        Choice { Test.PerSample: true } choice =>
            ($"where({Of(choice.Test)}, {Branch(choice.Yes, choice)}, {Branch(choice.No, choice)})", Primary),
        Choice { PerSample: true } choice => ($"{At(choice.Test, Or)} ? {Branch(choice.Yes, choice)} : {Branch(choice.No, choice)}", Choosing),
        Choice choice => ($"{At(choice.Test, Or)} ? {Of(choice.Yes)} : {Of(choice.No)}", Choosing),
        Converted { PerSample: true, Kind: Kind.Whole } converted => (At(converted.Operand, Primary) + ".trunc()", Primary),
        Converted { PerSample: true } converted => Write(converted.Operand),
        Converted converted => ($"({(converted.Kind == Kind.Whole ? "int" : "double")}){At(converted.Operand, Primary)}", Prefixed),
        _ => throw new InvalidOperationException($"{formula} cannot be written."),
    };

    private static (string Text, int Rank) Write(Combined combined)
    {
        var (left, right) = (combined.Left, combined.Right);
        if (combined.PerSample)
        {
            if (combined.Kind == Kind.Truth && !left.PerSample && Mirrored(combined.Operation) is { } mirrored)
                return Write(new Combined(mirrored, right, left));
            if (combined.Operation is Operation.Equal or Operation.NotEqual)
                return ($"{At(left, Primary)}.{(combined.Operation == Operation.Equal ? "eq" : "ne")}({Of(right)})", Primary);
            if (combined.Operation == Operation.Divide && combined.Kind == Kind.Whole)
                return ($"({At(left, Multiplying)} / {At(right, Multiplying + 1)}).trunc()", Primary);
            if (combined.Operation == Operation.Multiply && left == right)
                return ($"{At(left, Primary)}.square()", Primary);
        }

        var (sign, rank) = combined.Operation switch
        {
            Operation.Add => ("+", Adding),
            Operation.Subtract => ("-", Adding),
            Operation.Multiply => ("*", Multiplying),
            Operation.Divide => ("/", Multiplying),
            Operation.Remainder => ("%", Multiplying),
            Operation.ShiftLeft => ("<<", Shifting),
            Operation.ShiftRight => (">>", Shifting),
            Operation.Less => ("<", Comparing),
            Operation.LessOrEqual => ("<=", Comparing),
            Operation.Greater => (">", Comparing),
            Operation.GreaterOrEqual => (">=", Comparing),
            Operation.Equal => ("==", Comparing - 1),
            Operation.NotEqual => ("!=", Comparing - 1),
            Operation.And => (combined.PerSample ? "&" : "&&", And),
            _ => (combined.PerSample ? "|" : "||", Or),
        };
        // A whole number that stands for a double must look like one where the other side is an int: 8 / stage would drop the remainder.
        var exact = !combined.PerSample && combined.Kind == Kind.Real;
        return ($"{Side(left, right, rank)} {sign} {Side(right, left, rank + 1)}", rank);

        string Side(Formula side, Formula other, int least) =>
            exact && side is Number { Kind: Kind.Real } number && other.Kind == Kind.Whole ? Paren(Literal(number, real: true), least) : At(side, least);
    }

    private static string OnTensors(Applied applied)
    {
        var (first, second) = (applied.Arguments[0], applied.Arguments.Count > 1 ? applied.Arguments[1] : null);
        return (applied.Function, first, second) switch
        {
            ("Pow", _, Number { Value: 2 }) => On(first, "square"),
            ("Pow", _, Number { Value: 0.5 }) => On(first, "sqrt"),
            ("Pow", { PerSample: false }, _) => $"full_like({Anchor(second!)}, {Of(first)}).pow({Of(second!)})",
            ("Pow", _, _) => On(first, "pow", second),
            ("Max", { PerSample: true }, { PerSample: true }) => On(first, "maximum", second),
            ("Min", { PerSample: true }, { PerSample: true }) => On(first, "minimum", second),
            ("Max", { PerSample: true }, _) => On(first, "clamp_min", second),
            ("Min", { PerSample: true }, _) => On(first, "clamp_max", second),
            ("Max", _, _) => On(second!, "clamp_min", first),
            ("Min", _, _) => On(second!, "clamp_max", first),
            ("Ceiling", _, _) => On(first, "ceil"),
            _ => On(first, applied.Function.ToLowerInvariant()),
        };
    }

    private static string On(Formula tensor, string method, Formula? argument = null) =>
        $"{At(tensor, Primary)}.{method}({(argument is null ? "" : Of(argument))})";

    private static string Branch(Formula branch, Choice choice) =>
        branch.PerSample ? At(branch, Or) : $"full_like({Anchor(choice)}, {Of(branch)})";

    // The name of a tensor inside the formula.
    private static string Anchor(Formula formula) => Literals.Escape(Algebra.Parts(formula).OfType<Variable>().First(variable => variable.PerSample).Name);

    private static Operation? Mirrored(Operation operation) => operation switch
    {
        Operation.Less => Operation.Greater,
        Operation.LessOrEqual => Operation.GreaterOrEqual,
        Operation.Greater => Operation.Less,
        Operation.GreaterOrEqual => Operation.LessOrEqual,
        Operation.Equal => Operation.Equal,
        Operation.NotEqual => Operation.NotEqual,
        _ => null,
    };

    private static string At(Formula formula, int least) => Paren(Write(formula), least);

    private static string Paren((string Text, int Rank) written, int least) => written.Rank < least ? $"({written.Text})" : written.Text;

    private static (string Text, int Rank) Literal(Number number, bool real)
    {
        if (number.Kind == Kind.Truth)
            return (number.Value != 0 ? "true" : "false", Primary);
        var text = Literals.Number(number.Value);
        if (real && text.All(c => char.IsDigit(c) || c == '-'))
            text += ".0";
        else if (number.Kind == Kind.Whole)
            text = number.Value.ToString("F0", CultureInfo.InvariantCulture);
        return (text, number.Value < 0 ? Prefixed : Primary);
    }
}

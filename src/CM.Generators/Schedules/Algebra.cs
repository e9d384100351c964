namespace CM.Generators.Schedules;

/// <summary>Makes formulas, folds constants and drops what changes nothing, and computes values.</summary>
internal static class Algebra
{
    private static readonly string[] OfOne = ["Abs", "Sqrt", "Exp", "Log", "Log2", "Sin", "Cos", "Tan", "Atan", "Tanh", "Floor", "Ceiling", "Round"];
    private static readonly string[] OfTwo = ["Pow", "Max", "Min"];

    /// <summary>The functions of <see cref="Math"/> that formulas may use.</summary>
    public static IEnumerable<string> Functions => OfOne.Concat(OfTwo);

    /// <summary>Whether a formula may use the function with that many arguments.</summary>
    public static bool IsFunction(string name, int arguments) => arguments == 1 ? OfOne.Contains(name) : arguments == 2 && OfTwo.Contains(name);

    public static Number Real(double value) => new(value, Kind.Real);

    public static Formula Square(Formula operand) => Apply("Pow", operand, Real(2));

    public static Formula Negate(Formula operand) => operand switch
    {
        Number number => number with { Value = -number.Value },
        Negated negated => negated.Operand,
        _ => new Negated(operand),
    };

    public static Formula Convert(Formula operand, Kind kind) => operand switch
    {
        _ when operand.Kind == kind => operand,
        Number number => new Number(kind == Kind.Whole ? Math.Truncate(number.Value) : number.Value, kind),
        _ => new Converted(operand, kind),
    };

    public static Formula Choose(Formula test, Formula yes, Formula no) =>
        test is Number decided ? Promote(decided.Value != 0 ? yes : no, yes, no)
        : yes == no ? yes
        : new Choice(test, yes, no);

    public static Formula Apply(string function, params Formula[] arguments)
    {
        var applied = new Applied(function, arguments.ToEquatable());
        if (arguments.All(argument => argument is Number))
            return new Number(Value(function, [.. arguments.Select(argument => ((Number)argument).Value)]), applied.Kind);
        return function == "Pow" && IsNumber(arguments[1], 1) ? arguments[0]
            : function == "Pow" && IsNumber(arguments[1], 0) ? Real(1)
            : applied;
    }

    public static Formula Combine(Operation operation, Formula left, Formula right)
    {
        var combined = new Combined(operation, left, right);
        if (left is Number a && right is Number b)
            return new Number(Value(operation, a.Value, b.Value, combined.Kind == Kind.Whole), combined.Kind);
        var simpler = (operation, left, right) switch
        {
            (Operation.Add, _, _) when IsNumber(left, 0) => right,
            (Operation.Add or Operation.Subtract, _, _) when IsNumber(right, 0) => left,
            (Operation.Subtract, _, _) when IsNumber(left, 0) => Negate(right),
            (Operation.Multiply, _, _) when IsNumber(left, 1) => right,
            (Operation.Multiply or Operation.Divide, _, _) when IsNumber(right, 1) => left,
            (Operation.Multiply, _, _) when IsNumber(left, 0) || IsNumber(right, 0) => new Number(0, combined.Kind),
            (Operation.Divide, _, _) when IsNumber(left, 0) => new Number(0, combined.Kind),
            (Operation.Add, _, Number { Value: < 0 } n) => Combine(Operation.Subtract, left, Negate(n)),
            (Operation.Subtract, _, Number { Value: < 0 } n) => Combine(Operation.Add, left, Negate(n)),
            (Operation.Add, _, Negated n) => Combine(Operation.Subtract, left, n.Operand),
            (Operation.Subtract, _, Negated n) => Combine(Operation.Add, left, n.Operand),
            _ => combined,
        };
        return simpler.Kind == combined.Kind ? simpler : Convert(simpler, combined.Kind);
    }

    /// <summary>The formula with variables replaced.</summary>
    public static Formula Substitute(Formula formula, IReadOnlyDictionary<string, Formula> values) => formula switch
    {
        Variable variable => values.TryGetValue(variable.Name, out var value) ? Convert(value, variable.Kind) : variable,
        Negated negated => Negate(Substitute(negated.Operand, values)),
        Combined combined => Combine(combined.Operation, Substitute(combined.Left, values), Substitute(combined.Right, values)),
        Applied applied => Apply(applied.Function, [.. applied.Arguments.Select(argument => Substitute(argument, values))]),
        Choice choice => Choose(Substitute(choice.Test, values), Substitute(choice.Yes, values), Substitute(choice.No, values)),
        Converted converted => Convert(Substitute(converted.Operand, values), converted.Kind),
        _ => formula,
    };

    /// <summary>Number of uses of a variable.</summary>
    public static int Uses(Formula formula, string name) => Parts(formula).Count(part => part is Variable variable && variable.Name == name);

    /// <summary>The formula and everything in it.</summary>
    public static IEnumerable<Formula> Parts(Formula formula)
    {
        Formula[] inner = formula switch
        {
            Negated negated => [negated.Operand],
            Combined combined => [combined.Left, combined.Right],
            Applied applied => [.. applied.Arguments],
            Choice choice => [choice.Test, choice.Yes, choice.No],
            Converted converted => [converted.Operand],
            _ => [],
        };
        return inner.SelectMany(Parts).Prepend(formula);
    }

    /// <summary>The value in double precision; truths are 0 and 1.</summary>
    public static double Evaluate(Formula formula, IReadOnlyDictionary<string, double> values) => formula switch
    {
        Number number => number.Value,
        Variable variable => values[variable.Name],
        Negated negated => -Evaluate(negated.Operand, values),
        Combined combined => Value(combined.Operation, Evaluate(combined.Left, values), Evaluate(combined.Right, values), combined.Kind == Kind.Whole),
        Applied applied => Value(applied.Function, [.. applied.Arguments.Select(argument => Evaluate(argument, values))]),
        Choice choice => Evaluate(Evaluate(choice.Test, values) != 0 ? choice.Yes : choice.No, values),
        Converted { Kind: Kind.Whole } converted => Math.Truncate(Evaluate(converted.Operand, values)),
        Converted converted => Evaluate(converted.Operand, values),
        _ => throw new InvalidOperationException($"{formula} has no value."),
    };

    private static bool IsNumber(Formula formula, double value) => formula is Number number && number.Value == value;

    private static Formula Promote(Formula chosen, Formula yes, Formula no) => Convert(chosen, new Choice(yes, yes, no).Kind);

    private static double Value(Operation operation, double left, double right, bool whole) => operation switch
    {
        Operation.Add => left + right,
        Operation.Subtract => left - right,
        Operation.Multiply => left * right,
        Operation.Divide when whole => right == 0 ? double.NaN : Math.Truncate(left / right),
        Operation.Divide => left / right,
        Operation.Remainder => left % right,
        Operation.ShiftLeft => Shifted(left, right, (value, by) => value << by),
        Operation.ShiftRight => Shifted(left, right, (value, by) => value >> by),
        Operation.Less => left < right ? 1 : 0,
        Operation.LessOrEqual => left <= right ? 1 : 0,
        Operation.Greater => left > right ? 1 : 0,
        Operation.GreaterOrEqual => left >= right ? 1 : 0,
        Operation.Equal => left == right ? 1 : 0,
        Operation.NotEqual => left != right ? 1 : 0,
        Operation.And => left != 0 && right != 0 ? 1 : 0,
        _ => left != 0 || right != 0 ? 1 : 0,
    };

    private static double Shifted(double value, double by, Func<int, int, int> shift) =>
        Math.Abs(value) <= int.MaxValue && Math.Abs(by) <= int.MaxValue ? shift((int)value, (int)by) : double.NaN;

    // Exact where the result is whole, as Math.Log2 is, which netstandard2.0 lacks.
    private static double Log2(double x)
    {
        var result = Math.Log(x) / Math.Log(2);
        return Math.Pow(2, Math.Round(result)) == x ? Math.Round(result) : result;
    }

    private static double Value(string function, double[] x) => function switch
    {
        "Abs" => Math.Abs(x[0]),
        "Sqrt" => Math.Sqrt(x[0]),
        "Exp" => Math.Exp(x[0]),
        "Log" => Math.Log(x[0]),
        "Log2" => Log2(x[0]),
        "Sin" => Math.Sin(x[0]),
        "Cos" => Math.Cos(x[0]),
        "Tan" => Math.Tan(x[0]),
        "Atan" => Math.Atan(x[0]),
        "Tanh" => Math.Tanh(x[0]),
        "Floor" => Math.Floor(x[0]),
        "Ceiling" => Math.Ceiling(x[0]),
        "Round" => Math.Round(x[0]),
        "Pow" => Math.Pow(x[0], x[1]),
        "Max" => Math.Max(x[0], x[1]),
        "Min" => Math.Min(x[0], x[1]),
        _ => throw new InvalidOperationException($"{function} is not one of the functions of a formula."),
    };
}

namespace CM.Generators.Schedules;

/// <summary>Type of a formula's value.</summary>
internal enum Kind
{
    Whole,
    Real,
    Truth,
}

internal enum Operation
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    ShiftLeft,
    ShiftRight,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// <summary>
/// An arithmetic expression of a time schedule. It means what C# means by it: <see cref="Kind.Whole"/> divides without remainder,
/// everything else is a double. <see cref="Algebra"/> makes formulas and simplifies them on the way.
/// </summary>
internal abstract record Formula
{
    public abstract Kind Kind { get; }

    /// <summary>Whether it has one value per sample, a tensor <c>[B]</c>, or the same value for all of them.</summary>
    public abstract bool PerSample { get; }
}

internal sealed record Number(double Value, Kind Kind) : Formula
{
    public override Kind Kind { get; } = Kind;

    public override bool PerSample => false;
}

internal sealed record Variable(string Name, Kind Kind, bool PerSample) : Formula
{
    public override Kind Kind { get; } = Kind;

    public override bool PerSample { get; } = PerSample;
}

internal sealed record Negated(Formula Operand) : Formula
{
    public override Kind Kind => Operand.Kind;

    public override bool PerSample => Operand.PerSample;
}

internal sealed record Combined(Operation Operation, Formula Left, Formula Right) : Formula
{
    public override Kind Kind =>
        Operation >= Operation.Less ? Kind.Truth
        : Left.Kind == Kind.Whole && Right.Kind == Kind.Whole ? Kind.Whole
        : Kind.Real;

    public override bool PerSample => Left.PerSample || Right.PerSample;
}

/// <summary>A function of <see cref="Math"/>, by its name there.</summary>
internal sealed record Applied(string Function, EquatableArray<Formula> Arguments) : Formula
{
    public override Kind Kind =>
        Function is "Abs" or "Max" or "Min" && Arguments.All(argument => argument.Kind == Kind.Whole) ? Kind.Whole : Kind.Real;

    public override bool PerSample => Arguments.Any(argument => argument.PerSample);
}

/// <summary><c>test ? yes : no</c>.</summary>
internal sealed record Choice(Formula Test, Formula Yes, Formula No) : Formula
{
    public override Kind Kind => Yes.Kind == Kind.Real || No.Kind == Kind.Real ? Kind.Real : Yes.Kind;

    public override bool PerSample => Test.PerSample || Yes.PerSample || No.PerSample;
}

/// <summary><c>(int)x</c> or <c>(double)n</c>.</summary>
internal sealed record Converted(Formula Operand, Kind Kind) : Formula
{
    public override Kind Kind { get; } = Kind;

    public override bool PerSample => Operand.PerSample;
}

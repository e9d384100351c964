using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Values;

/// <summary>
/// Writes the steps of the value language as C# expressions: arithmetic is the same everywhere, layers are the derived class's.
/// </summary>
/// <param name="values">All values.</param>
/// <param name="steps">The steps in order.</param>
/// <param name="results">Values that are returned.</param>
internal abstract class Emitter(EquatableArray<ShapedValue> values, EquatableArray<Step> steps, EquatableArray<int> results)
{
    public EquatableArray<ShapedValue> Values { get; } = values;

    public EquatableArray<Step> Steps { get; } = steps;

    public EquatableArray<int> Results { get; } = results;

    public Liveness Liveness { get; } = new(steps, results, values.Count);

    /// <summary>The name of a value as C#.</summary>
    public abstract string NameOf(int value);

    /// <summary>The value as an expression: its name, or its computation where it has none of its own.</summary>
    public string Of(int value) => Liveness.Producer(value) is { } step && IsInlined(step) ? Expression(step) : NameOf(value);

    /// <summary>The expression that computes a step.</summary>
    public string Expression(Step step) => step switch
    {
        CombineStep combine => $"{Operand(combine.Left, combine)} {combine.Operator} {Operand(combine.Right, combine)}",
        NumberStep { NumberFirst: true } number => $"{Number(number.Number)} {number.Operator} {Primary(Of(number.Value))}",
        NumberStep number => $"{Primary(Of(number.Value))} {number.Operator} {(number.Number < 0 ? $"({Number(number.Number)})" : Number(number.Number))}",
        NegateStep negate => $"-{Primary(Of(negate.Value))}",
        CatStep cat => $"cat([{string.Join(", ", cat.Items.Select(Of))}], 1)",
        _ => Layer(step),
    };

    /// <summary>The expression as one on which a method can be called.</summary>
    public static string Primary(string text) =>
        SyntaxFacts.IsValidIdentifier(text.TrimStart('@')) || SyntaxFactory.ParseExpression(text) is InvocationExpressionSyntax ? text : $"({text})";

    public int Rank(int value) => Values[value].Shape.Rank;

    /// <summary>Shapes of what a step makes.</summary>
    protected string Shapes(Step step) => string.Join(", ", step.Outputs.Select(output => Values[output].Shape));

    /// <summary>The expression of a layer's step.</summary>
    protected abstract string Layer(Step step);

    /// <summary>A value with fewer axes than another one, which it is combined with: axes align from the left.</summary>
    protected abstract string Spread(int value, int other);

    /// <summary>True for a step whose result has no name of its own.</summary>
    protected virtual bool IsInlined(Step step) => false;

    // A sum inside a product or a difference needs its parentheses.
    private string Operand(int value, CombineStep around)
    {
        var other = value == around.Left ? around.Right : around.Left;
        if (Rank(value) < Rank(other))
            return Spread(value, other);
        var isSimple = Liveness.Producer(value) is not { } step || !IsInlined(step) || around.Operator == '+'
            || step is CombineStep { Operator: '*' } or NumberStep { Operator: '*' } or CatStep;
        return isSimple ? Of(value) : $"({Of(value)})";
    }
}

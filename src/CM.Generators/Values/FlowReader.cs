using System.Globalization;
using CM.Generators.Diagnostics;
using CM.Generators.Incremental;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Values;

/// <summary>Reads a body in the Flow language: syntax alone, and the record's constants.</summary>
/// <param name="times">The parameter of a coupling that carries times.</param>
internal sealed class FlowReader(INamedTypeSymbol record, Sites sites, List<Problem> problems, string? times = null)
{
    private string method = "";

    public (EquatableArray<Binding> Bindings, FlowExpression Result) Read(MethodDeclarationSyntax method)
    {
        this.method = method.Identifier.ValueText;
        if (method.ExpressionBody is { } arrow)
            return ([], Read(arrow.Expression));
        var bindings = new List<Binding>();
        FlowExpression? result = null;
        foreach (var statement in method.Body?.Statements ?? [])
        {
            if (result is not null)
                Refuse(statement, "a statement after return");
            else if (statement is LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } locals } && locals[0].Initializer is { } initializer)
                bindings.Add(new([locals[0].Identifier.ValueText], Read(initializer.Value), sites.Add(locals[0].Identifier.GetLocation())));
            else if (statement is ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Left: DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax names }, Right: { } tuple } })
                bindings.Add(new(names.Variables.Select(NameOf).ToEquatable(), Read(tuple), sites.Add(names)));
            else if (statement is ReturnStatementSyntax { Expression: { } returned })
                result = Read(returned);
            else
                Refuse(statement, "this statement; write 'var name = …;' and end with 'return …;'");
        }

        return (bindings.ToEquatable(), result ?? Refuse(method.Identifier.GetLocation(), "a body without 'return'"));
    }

    private static string NameOf(VariableDesignationSyntax variable) =>
        variable is SingleVariableDesignationSyntax single ? single.Identifier.ValueText : variable.ToString();

    private FlowExpression Read(ExpressionSyntax syntax)
    {
        switch (syntax)
        {
            case ParenthesizedExpressionSyntax inner:
                return Read(inner.Expression);
            case IdentifierNameSyntax name when Constant(name.Identifier.ValueText) is { } number:
                return new FlowNumber(number, sites.Add(syntax));
            case IdentifierNameSyntax name:
                return new FlowName(name.Identifier.ValueText, sites.Add(syntax));
            case LiteralExpressionSyntax { Token.Value: int or long or float or double } literal:
                return new FlowNumber(Convert.ToDouble(literal.Token.Value, CultureInfo.InvariantCulture), sites.Add(syntax));
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.BitwiseOrExpression } pipe:
                return pipe.Right is IdentifierNameSyntax layer
                    ? new FlowPipe(Read(pipe.Left), layer.Identifier.ValueText, sites.Add(layer))
                    : Refuse(pipe.Right, "what stands right of '|'; it takes the name of a layer");
            case BinaryExpressionSyntax { OperatorToken.ValueText: "+" or "-" or "*" } binary:
                return Combine(binary);
            case BinaryExpressionSyntax { OperatorToken.ValueText: "/" } quotient when Read(quotient.Left) is FlowNumber left && Read(quotient.Right) is FlowNumber right:
                return new FlowNumber(left.Value / right.Value, sites.Add(syntax));
            case PrefixUnaryExpressionSyntax { OperatorToken.ValueText: "-" } minus:
                return Read(minus.Operand) switch
                {
                    FlowNumber number => number with { Value = -number.Value },
                    var operand => new FlowNegate(operand, sites.Add(syntax)),
                };
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Flow" }, Name.Identifier.ValueText: "Cat" } } cat when cat.ArgumentList.Arguments.Count > 0:
                return new FlowCat(cat.ArgumentList.Arguments.Select(argument => Read(argument.Expression)).ToEquatable(), sites.Add(syntax));
            case MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax owner } member when owner.Identifier.ValueText == times:
                return new FlowName($"{times}.{member.Name.Identifier.ValueText}", sites.Add(syntax));
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax coin, Name.Identifier.ValueText: "Choose" }, ArgumentList.Arguments: { Count: 2 } sides }:
                return new FlowPipe(new FlowTuple(sides.Select(side => Read(side.Expression)).ToEquatable(), sites.Add(syntax)), coin.Identifier.ValueText, sites.Add(coin));
            case BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: 2 } ends } pair when method == "Couple":
                return ReadPair(pair, ends);
            case TupleExpressionSyntax tuple:
                return new FlowTuple(tuple.Arguments.Select(argument => Read(argument.Expression)).ToEquatable(), sites.Add(syntax));
            case InvocationExpressionSyntax { Expression: IdentifierNameSyntax called } when record.GetMembers(called.Identifier.ValueText).OfType<IPropertySymbol>().Any():
                return Refuse(syntax, $"a call of a layer; write 'x | {called.Identifier.ValueText}'");
            default:
                return Refuse(syntax, $"'{First(syntax.ToString())}'");
        }
    }

    // A pair is its ends, and its penalty if there is one.
    private FlowExpression ReadPair(BaseObjectCreationExpressionSyntax pair, SeparatedSyntaxList<ArgumentSyntax> ends)
    {
        if (ends.Any(end => end.NameColon is not null))
            return Refuse(pair, "named arguments; write 'new Pair(data, noise)'");
        var parts = ends.Select(end => Read(end.Expression)).ToList();
        foreach (var given in pair.Initializer?.Expressions ?? [])
        {
            if (given is not AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "Penalty" }, Right: { } penalty })
                return Refuse(given, $"'{First(given.ToString())}'");
            parts.Add(Read(penalty));
        }

        return new FlowTuple(parts.ToEquatable(), sites.Add(pair));
    }

    private FlowExpression Combine(BinaryExpressionSyntax binary)
    {
        var (left, right) = (Read(binary.Left), Read(binary.Right));
        var sign = binary.OperatorToken.ValueText[0];
        return (left, right) is (FlowNumber a, FlowNumber b)
            ? new FlowNumber(sign switch { '+' => a.Value + b.Value, '-' => a.Value - b.Value, _ => a.Value * b.Value }, sites.Add(binary))
            : new FlowBinary(sign, left, right, sites.Add(binary));
    }

    private double? Constant(string name) =>
        record.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault(field => field is { IsConst: true, HasConstantValue: true, ConstantValue: int or long or float or double }) is { } field
            ? Convert.ToDouble(field.ConstantValue, CultureInfo.InvariantCulture)
            : null;

    private FlowNothing Refuse(SyntaxNode node, string what) => Refuse(node.GetLocation(), what);

    private FlowNothing Refuse(Location place, string what)
    {
        var site = sites.Add(place);
        problems.Add(new Problem("CM1003", site, method, what));
        return new(site);
    }

    private static string First(string text) => text.Length > 40 ? text.Substring(0, 37) + "…" : text;
}

using System.Globalization;
using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Values;

/// <summary>Reads a body in the Value language: syntax alone, the record's constants, and functions.</summary>
/// <param name="record">The record with the method.</param>
/// <param name="functions">Reads calls of functions.</param>
/// <param name="sites">Where places are kept.</param>
/// <param name="findings">What the language cannot express.</param>
/// <param name="times">The parameter of a coupling that carries times.</param>
internal sealed class ValueReader(INamedTypeSymbol record, FunctionReader functions, SourceSites sites, List<Finding> findings, string? times = null)
{
    private string method = "";

    public (EquatableArray<Binding> Bindings, ValueExpression Result) Read(MethodDeclarationSyntax method)
    {
        this.method = method.Identifier.ValueText;
        if (method.ExpressionBody is { } arrow)
            return ([], Read(arrow.Expression));
        var bindings = new List<Binding>();
        ValueExpression? result = null;
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

    private ValueExpression Read(ExpressionSyntax syntax)
    {
        switch (syntax)
        {
            case ParenthesizedExpressionSyntax inner:
                return Read(inner.Expression);
            case IdentifierNameSyntax name when Constant(name.Identifier.ValueText) is { } number:
                return new NumberExpression(number, sites.Add(syntax));
            case IdentifierNameSyntax name:
                return new NameExpression(name.Identifier.ValueText, sites.Add(syntax));
            case LiteralExpressionSyntax { Token.Value: int or long or float or double } literal:
                return new NumberExpression(Convert.ToDouble(literal.Token.Value, CultureInfo.InvariantCulture), sites.Add(syntax));
            case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.BitwiseOrExpression } pipe:
                return ReadPipe(pipe);
            case BinaryExpressionSyntax { OperatorToken.ValueText: "+" or "-" or "*" } binary:
                return Combine(binary);
            case BinaryExpressionSyntax { OperatorToken.ValueText: "/" } quotient when Read(quotient.Left) is NumberExpression left && Read(quotient.Right) is NumberExpression right:
                return new NumberExpression(left.Value / right.Value, sites.Add(syntax));
            case PrefixUnaryExpressionSyntax { OperatorToken.ValueText: "-" } minus:
                return Read(minus.Operand) switch
                {
                    NumberExpression number => number with { Value = -number.Value },
                    var operand => new NegateExpression(operand, sites.Add(syntax)),
                };
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "Value" }, Name.Identifier.ValueText: "Cat" } } cat when cat.ArgumentList.Arguments.Count > 0:
                return new CatExpression(cat.ArgumentList.Arguments.Select(argument => Read(argument.Expression)).ToEquatable(), sites.Add(syntax));
            case MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax owner } member when owner.Identifier.ValueText == times:
                return new NameExpression($"{times}.{member.Name.Identifier.ValueText}", sites.Add(syntax));
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax coin, Name.Identifier.ValueText: "Select" }, ArgumentList.Arguments: { Count: 2 } sides }:
                return new PipeExpression(new TupleExpression(sides.Select(side => Read(side.Expression)).ToEquatable(), sites.Add(syntax)), coin.Identifier.ValueText, sites.Add(coin));
            case BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: 2 } ends } pair when method == "Couple":
                return ReadPair(pair, ends);
            case TupleExpressionSyntax tuple:
                return new TupleExpression(tuple.Arguments.Select(argument => Read(argument.Expression)).ToEquatable(), sites.Add(syntax));
            case InvocationExpressionSyntax { Expression: IdentifierNameSyntax called } when record.GetMembers(called.Identifier.ValueText).OfType<IPropertySymbol>().Any():
                return Refuse(syntax, $"a call of a layer; write 'x | {called.Identifier.ValueText}'");
            default:
                return Refuse(syntax, $"'{First(syntax.ToString())}'");
        }
    }

    private ValueExpression ReadPipe(BinaryExpressionSyntax pipe)
    {
        var input = Read(pipe.Left);
        if (functions.Read(pipe.Right, method) is { } function)
            return new PipeExpression(input, function.Name, function.Site) { Function = function };
        return pipe.Right is IdentifierNameSyntax layer
            ? new PipeExpression(input, layer.Identifier.ValueText, sites.Add(layer))
            : Refuse(pipe.Right, "what stands right of '|'; it takes a layer or a function");
    }

    // A pair is its ends, and its regularization if there is one.
    private ValueExpression ReadPair(BaseObjectCreationExpressionSyntax pair, SeparatedSyntaxList<ArgumentSyntax> ends)
    {
        if (ends.Any(end => end.NameColon is not null))
            return Refuse(pair, "named arguments; write 'new Pair(data, noise)'");
        var parts = ends.Select(end => Read(end.Expression)).ToList();
        foreach (var given in pair.Initializer?.Expressions ?? [])
        {
            if (given is not AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "Regularization" }, Right: { } regularization })
                return Refuse(given, $"'{First(given.ToString())}'");
            parts.Add(Read(regularization));
        }

        return new TupleExpression(parts.ToEquatable(), sites.Add(pair));
    }

    private ValueExpression Combine(BinaryExpressionSyntax binary)
    {
        var (left, right) = (Read(binary.Left), Read(binary.Right));
        var sign = binary.OperatorToken.ValueText[0];
        return (left, right) is (NumberExpression a, NumberExpression b)
            ? new NumberExpression(sign switch { '+' => a.Value + b.Value, '-' => a.Value - b.Value, _ => a.Value * b.Value }, sites.Add(binary))
            : new BinaryExpression(sign, left, right, sites.Add(binary));
    }

    private double? Constant(string name) =>
        record.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault(field => field is { IsConst: true, HasConstantValue: true, ConstantValue: int or long or float or double }) is { } field
            ? Convert.ToDouble(field.ConstantValue, CultureInfo.InvariantCulture)
            : null;

    private MissingExpression Refuse(SyntaxNode node, string what) => Refuse(node.GetLocation(), what);

    private MissingExpression Refuse(Location place, string what)
    {
        var site = sites.Add(place);
        findings.Add(new Finding("CM1003", site, method, what));
        return new(site);
    }

    private static string First(string text) => text.Length > 40 ? text.Substring(0, 37) + "…" : text;
}

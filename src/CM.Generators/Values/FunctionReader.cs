using System.Collections.Immutable;
using System.Globalization;
using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Values;

/// <summary>
/// Reads calls of <c>CM.Dsl.Functions</c> in <c>Forward</c> and <c>Couple</c>. Names, parameters and defaults are those of the class
/// itself; where the C# compiler refuses a call, nothing more is said about it.
/// </summary>
/// <param name="record">The record with the method; a member of its own comes before a function of that name.</param>
/// <param name="parameters">The record's parameters, which sizes may name.</param>
/// <param name="sites">Where places are kept.</param>
/// <param name="findings">What is wrong with a call.</param>
internal sealed class FunctionReader(INamedTypeSymbol record, IReadOnlyCollection<string> parameters, SourceSites sites, List<Finding> findings)
{
    private const string Class = "Functions";

    // A kind that nothing is known of, so that neither it nor what follows from it is reported.
    private const string Unknown = "?";

    /// <summary>The contract of the user's own function, by its type, its text and its place; null where there cannot be one.</summary>
    public Func<INamedTypeSymbol, string, int, BlockContract?>? Contract { get; init; }

    /// <summary>The function that stands right of <c>|</c>, or null if something else does.</summary>
    /// <param name="syntax">The expression that stands there.</param>
    /// <param name="method">The record's method that is read.</param>
    public LayerPlan? Read(ExpressionSyntax syntax, string method)
    {
        var (called, written) = syntax is InvocationExpressionSyntax call ? (call.Expression, call.ArgumentList.Arguments.ToArray()) : (syntax, null);
        if (NameOf(called) is not { } name || MembersOf(name) is not { Length: > 0 } members)
            return written is null || IsAccepted(syntax) ? null : New(Unknown, []);
        if (written is null)
            return New(members[0] is IPropertySymbol ? members[0].Name : Unknown, []);
        if (members.OfType<IMethodSymbol>().FirstOrDefault(function => Takes(function, written)) is not { } function)
            return New(Unknown, []);

        var arguments = new List<Argument>();
        foreach (var parameter in function.Parameters.Where(parameter => Written(parameter, written).Length > 0))
        {
            var (given, site) = (Given(parameter, written), sites.Add(Written(parameter, written)[0]));
            if (ReadArgument(parameter, given, site) is { } argument)
            {
                arguments.Add(argument);
                continue;
            }

            if (IsAccepted(syntax))
            {
                var wrong = given.FirstOrDefault(size => Size(size) is null) ?? given[0];
                findings.Add(parameter.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Boolean
                    ? new Finding("CM1003", site, method, $"'{wrong}' as {parameter.Name} of '{TextOf(syntax)}'; it takes a constant")
                    : new Finding("CM1010", sites.Add(wrong), wrong.ToString()));
            }

            return New(Unknown, []);
        }

        var plan = New(function.Name, arguments.ToEquatable());
        return plan with { Block = ContractOf(name, plan) };

        LayerPlan New(string kind, EquatableArray<Argument> given) => new(TextOf(syntax), kind, given, null, null, sites.Add(syntax), "") { IsFunction = true };
    }

    // The name alone, unless the record means something else by it, or with the class in front.
    private SimpleNameSyntax? NameOf(ExpressionSyntax called) => called switch
    {
        SimpleNameSyntax name => IsOwn(name.Identifier.ValueText) ? null : name,
        MemberAccessExpressionSyntax { Expression: var owner, Name: var name } => owner.ToString() is Class or $"CM.Dsl.{Class}" or $"global::CM.Dsl.{Class}" ? name : null,
        _ => null,
    };

    // The class stands beside the record's attribute.
    private ImmutableArray<ISymbol>? MembersOf(SimpleNameSyntax name) => record.GetAttributes().FirstOrDefault(attribute => AttributeReader.DslName(attribute.AttributeClass) is not null)
        ?.AttributeClass!.ContainingNamespace.GetTypeMembers(Class).FirstOrDefault()?.GetMembers(name.Identifier.ValueText);

    private bool IsOwn(string name)
    {
        for (var outer = record; outer is not null; outer = outer.ContainingType)
        {
            for (var type = outer; type is not null; type = type.BaseType)
            {
                if (!type.GetMembers(name).IsEmpty)
                    return true;
            }
        }

        return false;
    }

    private static bool Takes(IMethodSymbol method, ArgumentSyntax[] written) =>
        (written.Length <= method.Parameters.Length || method.Parameters.Last().IsParams)
        && written.All(argument => argument.NameColon is not { } name || method.Parameters.Any(parameter => parameter.Name == name.Name.Identifier.ValueText))
        && method.Parameters.All(parameter => parameter.IsOptional || parameter.IsParams || Written(parameter, written).Length > 0)
        && method.Parameters.All(parameter => parameter.IsParams || parameter.Type is not IArrayTypeSymbol || ItemsOf(Written(parameter, written)[0].Expression) is not null);

    /// <summary>The expressions that a call gives to a parameter; several for a list, none where the default stands.</summary>
    public static ExpressionSyntax[] Given(IParameterSymbol parameter, IReadOnlyList<ArgumentSyntax> written)
    {
        ExpressionSyntax[] given = [.. Written(parameter, written).Select(argument => argument.Expression)];
        return given.Length == 1 && parameter.Type is IArrayTypeSymbol && ItemsOf(given[0]) is { } items ? [.. items] : given;
    }

    // The arguments of a parameter; several for a list.
    private static ArgumentSyntax[] Written(IParameterSymbol parameter, IReadOnlyList<ArgumentSyntax> written) =>
        written.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.ValueText == parameter.Name) is { } named ? [named]
        : [.. written.Skip(parameter.Ordinal).Where(argument => argument.NameColon is null).Take(parameter.IsParams ? int.MaxValue : 1)];

    private static IEnumerable<ExpressionSyntax>? ItemsOf(ExpressionSyntax whole) => whole switch
    {
        CollectionExpressionSyntax list => list.Elements.OfType<ExpressionElementSyntax>().Select(element => element.Expression),
        ArrayCreationExpressionSyntax { Initializer: { } items } => items.Expressions,
        ImplicitArrayCreationExpressionSyntax made => made.Initializer.Expressions,
        _ => null,
    };

    private Argument? ReadArgument(IParameterSymbol parameter, ExpressionSyntax[] given, int site) => parameter.Type.SpecialType switch
    {
        SpecialType.System_Boolean => ReadConstant(given[0]) is bool flag ? new(parameter.Name, [], null, flag ? "true" : "false", site) : null,
        SpecialType.System_Double => ReadConstant(given[0]) is { } number and (int or long or float or double)
            ? new(parameter.Name, [], Convert.ToDouble(number, CultureInfo.InvariantCulture), null, site)
            : null,
        _ => given.All(size => Size(size) is not null) ? new(parameter.Name, given.Select(size => Size(size)!.Value).ToEquatable(), null, null, site) : null,
    };

    // A whole number, or a term over the record's parameters.
    private Dim? Size(ExpressionSyntax syntax) => syntax switch
    {
        ParenthesizedExpressionSyntax inner => Size(inner.Expression),
        IdentifierNameSyntax name when parameters.Contains(name.Identifier.ValueText) => Dim.Of(name.Identifier.ValueText),
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression } minus => Size(minus.Operand) * -1,
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression } sum => Size(sum.Left) + Size(sum.Right),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.SubtractExpression } difference => Size(difference.Left) - Size(difference.Right),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } product => Size(product.Left) * Size(product.Right),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.DivideExpression } quotient when Size(quotient.Right) is { Value: > 0 } divisor => Size(quotient.Left)?.Floor(divisor),
        _ => ReadConstant(syntax) is int number ? number : null,
    };

    // Literals and the record's constants without the model, whose binding costs more than all the rest.
    private object? ReadConstant(ExpressionSyntax syntax) => syntax switch
    {
        LiteralExpressionSyntax literal => literal.Token.Value,
        IdentifierNameSyntax name when record.GetMembers(name.Identifier.ValueText).OfType<IFieldSymbol>().FirstOrDefault() is { HasConstantValue: true } constant => constant.ConstantValue,
        PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression, Operand: LiteralExpressionSyntax operand } => operand.Token.Value switch
        {
            int whole => -whole,
            double number => -number,
            _ => null,
        },
        _ => ModelOf(syntax)?.GetConstantValue(syntax).Value,
    };

    private BlockContract? ContractOf(SimpleNameSyntax name, LayerPlan plan)
    {
        if (name is not GenericNameSyntax { TypeArgumentList.Arguments: { Count: 1 } types })
            return null;
        if (Contract is null)
            findings.Add(new Finding("CM3004", plan.Site, plan.Name, "a function of your own belongs into a network; use that as a block"));
        return Contract is not null && ModelOf(types[0])?.GetTypeInfo(types[0]).Type is INamedTypeSymbol { TypeKind: not TypeKind.Error } owner ? Contract(owner, plan.Name, plan.Site) : null;
    }

    // Whether the C# compiler accepts a call, so that a finding of ours is the only one.
    private bool IsAccepted(ExpressionSyntax call) => ModelOf(call)?.GetSymbolInfo(call).Symbol is not null;

    private SemanticModel? ModelOf(SyntaxNode syntax) =>
        record.ContainingAssembly is ISourceAssemblySymbol { Compilation: var compilation } && compilation.ContainsSyntaxTree(syntax.SyntaxTree) ? compilation.GetSemanticModel(syntax.SyntaxTree) : null;

    // As the user wrote it, on one line.
    private static string TextOf(SyntaxNode syntax) =>
        string.Concat(syntax.DescendantTokens().Select(token => token.Kind() is SyntaxKind.CommaToken or SyntaxKind.ColonToken ? token.Text + " " : token.Text));
}

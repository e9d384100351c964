using CM.Generators.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CM.Generators.Schedules;

/// <summary>
/// Reads static methods of a schedule as formulas: syntax for the arithmetic, symbols for constants and other methods of the record.
/// Expressions that a formula cannot hold become findings at the very node.
/// </summary>
internal sealed class ScheduleFormulaReader(INamedTypeSymbol type, SourceSites sites, CancellationToken cancellation)
{
    private readonly List<IMethodSymbol> underWay = [];
    private readonly HashSet<Location> refused = [];
    private List<Finding> findings = [];

    /// <summary>Reads a method whose double parameters are tensors, one number per sample.</summary>
    public Formulated PerSample(IMethodSymbol method, List<Finding> findings)
    {
        this.findings = findings;
        return new(Read(method, perSample: true), sites.Add(NameOf(method)));
    }

    /// <summary>Reads a method that runs as it is written. It may hold anything; without a formula it is only not checked.</summary>
    public Formulated Once(IMethodSymbol method)
    {
        findings = [];
        return new(Read(method, perSample: false), sites.Add(NameOf(method)));
    }

    private static Location NameOf(IMethodSymbol method) =>
        method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is MethodDeclarationSyntax syntax
            ? syntax.Identifier.GetLocation()
            : method.Locations.FirstOrDefault() ?? Location.None;

    private Method Read(IMethodSymbol method, bool perSample)
    {
        cancellation.ThrowIfCancellationRequested();
        var parameters = method.Parameters.Select(parameter => (parameter.Name, Kind: KindOf(parameter.Type)))
            .Select(parameter => MethodBuilder.Parameter(parameter.Name, parameter.Kind ?? Kind.Real, perSample && parameter.Kind == Kind.Real))
            .ToArray();
        var code = new MethodBuilder(method.Name, parameters);
        if (method.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) is not MethodDeclarationSyntax syntax || underWay.Contains(method))
            return code.Build(null);

        underWay.Add(method);
        var names = new Dictionary<string, Formula>();
        for (var i = 0; i < parameters.Length; i++)
            names[method.Parameters[i].Name] = parameters[i];
        var result = Body(syntax, names, code);
        underWay.Remove(method);
        return code.Build(result is null ? null : Algebra.Convert(result, KindOf(method.ReturnType) ?? Kind.Real));
    }

    private Formula? Body(MethodDeclarationSyntax syntax, Dictionary<string, Formula> names, MethodBuilder code)
    {
        if (syntax.ExpressionBody is { } arrow)
            return Read(arrow.Expression, names, code);
        foreach (var statement in syntax.Body?.Statements ?? [])
        {
            switch (statement)
            {
                case ReturnStatementSyntax { Expression: { } returned }:
                    return Read(returned, names, code);
                case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } declared:
                    foreach (var variable in declared.Declaration.Variables)
                    {
                        if (variable.Initializer is null)
                            return No(variable, "a local needs its value where it is declared");
                        if (Read(variable.Initializer.Value, names, code) is not { } value)
                            return null;
                        if (declared.Declaration.Type is PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.DoubleKeyword })
                            value = Algebra.Convert(value, Kind.Real);
                        names[variable.Identifier.ValueText] = code.Keep(variable.Identifier.ValueText, value, named: true);
                    }

                    break;
                default:
                    return No(statement, "the body of a formula is locals and one return");
            }
        }

        return null;
    }

    private Formula? Read(ExpressionSyntax expression, Dictionary<string, Formula> names, MethodBuilder code)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax parenthesised:
                return Read(parenthesised.Expression, names, code);
            case LiteralExpressionSyntax literal:
                return Constant(literal.Token.Value) ?? No(literal, "only whole numbers, doubles, true and false are numbers of a formula");
            case IdentifierNameSyntax name:
                return names.TryGetValue(name.Identifier.ValueText, out var known)
                    ? known
                    : Field(name.Identifier.ValueText) ?? MathConstant(name.Identifier.ValueText)
                    ?? No(name, $"'{name}' is neither a parameter nor a local nor a constant of {type.Name}");
            case MemberAccessExpressionSyntax member:
                return (IsMath(member.Expression) ? MathConstant(member.Name.Identifier.ValueText)
                    : IsThisRecord(member.Expression) ? Field(member.Name.Identifier.ValueText)
                    : null) ?? No(member, $"'{member}' is neither a constant of {type.Name} nor of Math");
            case PrefixUnaryExpressionSyntax prefix:
                return Prefix(prefix, names, code);
            case BinaryExpressionSyntax binary:
                return Binary(binary, names, code);
            case ConditionalExpressionSyntax choice:
                return Read(choice.Condition, names, code) is { } test && Read(choice.WhenTrue, names, code) is { } yes && Read(choice.WhenFalse, names, code) is { } no
                    ? Algebra.Choose(test, yes, no)
                    : null;
            case CastExpressionSyntax { Type: PredefinedTypeSyntax to } cast when to.Keyword.Kind() is SyntaxKind.IntKeyword or SyntaxKind.DoubleKeyword:
                return Read(cast.Expression, names, code) is { } operand
                    ? Algebra.Convert(operand, to.Keyword.IsKind(SyntaxKind.IntKeyword) ? Kind.Whole : Kind.Real)
                    : null;
            case InvocationExpressionSyntax call:
                return Call(call, names, code);
            default:
                return No(expression, "a formula holds numbers, constants, + - * /, ?:, comparisons, casts to int and double, functions of Math and static methods of the record");
        }
    }

    private Formula? Prefix(PrefixUnaryExpressionSyntax prefix, Dictionary<string, Formula> names, MethodBuilder code)
    {
        if (prefix.Kind() is not (SyntaxKind.UnaryMinusExpression or SyntaxKind.UnaryPlusExpression))
            return No(prefix, $"the operator '{prefix.OperatorToken}' has no tensor form here");
        return Read(prefix.Operand, names, code) is not { } operand ? null
            : prefix.IsKind(SyntaxKind.UnaryMinusExpression) ? Algebra.Negate(operand)
            : operand;
    }

    private Formula? Binary(BinaryExpressionSyntax binary, Dictionary<string, Formula> names, MethodBuilder code)
    {
        if (OperationOf(binary.Kind()) is not { } operation)
            return No(binary, $"the operator '{binary.OperatorToken}' has no tensor form here");
        var (left, right) = (Read(binary.Left, names, code), Read(binary.Right, names, code));
        if (left is null || right is null)
            return null;
        var combined = Algebra.Combine(operation, left, right);
        return HasTensorForm(combined) ? combined : No(binary, $"the operator '{binary.OperatorToken}' works only on numbers that are the same for all samples");
    }

    private Formula? Call(InvocationExpressionSyntax call, Dictionary<string, Formula> names, MethodBuilder code)
    {
        var (name, onMath, onRecord) = call.Expression switch
        {
            IdentifierNameSyntax simple => (simple.Identifier.ValueText, true, true),
            MemberAccessExpressionSyntax member => (member.Name.Identifier.ValueText, IsMath(member.Expression), IsThisRecord(member.Expression)),
            _ => ("", false, false),
        };
        var arguments = call.ArgumentList.Arguments.Select(argument => Read(argument.Expression, names, code)).ToArray();
        if (arguments.Any(argument => argument is null))
            return null;

        if (onRecord && type.GetMembers(name).OfType<IMethodSymbol>().FirstOrDefault(method => IsFormula(method) && method.Parameters.Length == arguments.Length) is { } own)
        {
            if (underWay.Contains(own))
                return No(call, $"'{name}' calls itself");
            if (Read(own, perSample: false) is not { Result: not null } callee)
                return null;
            var result = code.Call(callee, arguments!);
            return HasTensorForm(result) ? result : No(call, $"'{name}' uses an operator that works only on numbers that are the same for all samples");
        }

        if (onMath && name == "Log" && arguments.Length == 2)
            return Algebra.Combine(Operation.Divide, Algebra.Apply("Log", arguments[0]!), Algebra.Apply("Log", arguments[1]!));
        if (onMath && name == "Clamp" && arguments.Length == 3)
            return Algebra.Apply("Min", Algebra.Apply("Max", arguments[0]!, arguments[1]!), arguments[2]!);
        return onMath && Algebra.IsFunction(name, arguments.Length)
            ? Algebra.Apply(name, arguments!)
            : No(call, $"'{call.Expression}' is neither a static method of {type.Name} nor one of {string.Join(", ", Algebra.Functions)}, Clamp");
    }

    // Shifts, remainders and mixed truths exist for plain numbers only.
    private static bool HasTensorForm(Formula formula) => !Algebra.Parts(formula).OfType<Combined>().Any(part => part.PerSample && part.Operation switch
    {
        Operation.Remainder or Operation.ShiftLeft or Operation.ShiftRight => true,
        Operation.And or Operation.Or => part.Left.PerSample != part.Right.PerSample,
        _ => false,
    });

    private Formula? Field(string name)
    {
        for (var owner = type; owner is not null; owner = owner.ContainingType)
        {
            if (owner.GetMembers(name).OfType<IFieldSymbol>().FirstOrDefault() is not { } field)
                continue;
            if (field.HasConstantValue)
                return Constant(field.ConstantValue);
            if (field is { IsStatic: true, IsReadOnly: true } && field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation)
                is VariableDeclaratorSyntax { Initializer.Value: { } value } && KindOf(field.Type) is { } kind)
                return Read(value, [], new MethodBuilder(name)) is Number number ? Algebra.Convert(number, kind) : null;
        }

        return null;
    }

    private Formula? No(SyntaxNode node, string reason)
    {
        if (refused.Add(node.GetLocation()))
            findings.Add(new Finding("CM4007", sites.Add(node), node.ToString().Split('\n')[0].Trim(), reason));
        return null;
    }

    private bool IsThisRecord(ExpressionSyntax expression) => expression is IdentifierNameSyntax name && name.Identifier.ValueText == type.Name;

    private static bool IsMath(ExpressionSyntax expression) => expression.ToString() is "Math" or "System.Math" or "global::System.Math" or "double";

    private static bool IsFormula(IMethodSymbol method) =>
        method.IsStatic && KindOf(method.ReturnType) is not null && method.Parameters.All(parameter => KindOf(parameter.Type) is not null);

    private static Kind? KindOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Double => Kind.Real,
        SpecialType.System_Int32 => Kind.Whole,
        SpecialType.System_Boolean => Kind.Truth,
        _ => null,
    };

    private static Number? Constant(object? value) => value switch
    {
        double real => Algebra.Real(real),
        float real => Algebra.Real(real),
        int whole => new Number(whole, Kind.Whole),
        bool truth => new Number(truth ? 1 : 0, Kind.Truth),
        _ => null,
    };

    private static Number? MathConstant(string name) => name switch
    {
        "PI" or "Pi" => Algebra.Real(Math.PI),
        "E" => Algebra.Real(Math.E),
        "Tau" => Algebra.Real(2 * Math.PI),
        _ => null,
    };

    private static Operation? OperationOf(SyntaxKind kind) => kind switch
    {
        SyntaxKind.AddExpression => Operation.Add,
        SyntaxKind.SubtractExpression => Operation.Subtract,
        SyntaxKind.MultiplyExpression => Operation.Multiply,
        SyntaxKind.DivideExpression => Operation.Divide,
        SyntaxKind.ModuloExpression => Operation.Remainder,
        SyntaxKind.LeftShiftExpression => Operation.ShiftLeft,
        SyntaxKind.RightShiftExpression => Operation.ShiftRight,
        SyntaxKind.LessThanExpression => Operation.Less,
        SyntaxKind.LessThanOrEqualExpression => Operation.LessOrEqual,
        SyntaxKind.GreaterThanExpression => Operation.Greater,
        SyntaxKind.GreaterThanOrEqualExpression => Operation.GreaterOrEqual,
        SyntaxKind.EqualsExpression => Operation.Equal,
        SyntaxKind.NotEqualsExpression => Operation.NotEqual,
        SyntaxKind.LogicalAndExpression => Operation.And,
        SyntaxKind.LogicalOrExpression => Operation.Or,
        _ => null,
    };
}

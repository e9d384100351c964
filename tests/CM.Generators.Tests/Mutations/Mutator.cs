using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace CM.Generators.Tests.Mutations;

/// <summary>A declaration after one edit.</summary>
/// <param name="Origin">What was edited.</param>
/// <param name="Kind">The kind of edit, a row of the table.</param>
/// <param name="What">The edit in words.</param>
/// <param name="Text">The text after it; lines keep their numbers.</param>
/// <param name="Lines">The edited lines, from 0.</param>
/// <param name="Names">Layers, inputs and locals that were edited; where something was removed, also what follows it.</param>
internal sealed record Mutant(Declared Origin, string Kind, string What, string Text, int[] Lines, string[] Names)
{
    public override string ToString() => $"{Origin}, {Kind}: {What}";
}

/// <summary>Every single edit of a declaration that people make by mistake, in a fixed order.</summary>
internal sealed class Mutator
{
    private static readonly string[] Activations = ["ReLU", "SiLU", "GELU", "Tanh", "Sigmoid", "Softplus"];

    // Kinds of layer that are mistaken for each other, with the arguments rewritten.
    private static readonly (string Kind, string Other, Func<string[], string> Arguments)[] Mistaken =
    [
        ("GroupNorm", "LayerNorm", all => all[1]), ("LayerNorm", "GroupNorm", all => $"2, {all[0]}"), ("FourierEmbedding", "MpFourier", all => all[0]), ("MpFourier", "FourierEmbedding", all => all[0]),
        ("Linear", "Conv2d", all => $"{all[0]}, {all[1]}, 1"), ("Conv2d", "Linear", all => $"{all[0]}, {all[1]}"),
        ("MpLinear", "Linear", all => $"{all[0]}, {all[1]}"), ("MpConv2d", "MpLinear", all => $"{all[0]}, {all[1]}"),
        ("AdaptiveGroupNorm", "GroupNorm", all => $"{all[0]}, {all[1]}"), ("RmsNorm", "LayerNorm", all => all[0]), ("ConvTranspose2d", "Conv2d", all => string.Join(", ", all)),
        ("DepthwiseConv2d", "Conv2d", all => $"{all[0]}, {all[0]}, {all[1]}"), ("ClassEmbedding", "AugmentEmbedding", all => $"{all[0]}, {all[1]}"), ("Attention", "MpAttention", all => all[0]),
    ];

    // Functions that are mistaken for each other and take the same arguments; some replace a name, others the whole call.
    private static readonly (string Function, string Other)[] MistakenFunctions =
    [
        ("Upsample", "Downsample"), ("Downsample", "AveragePool"), ("AveragePool", "Upsample"), ("AveragePool", "Downsample"), ("FirUpsample", "FirDownsample"), ("FirDownsample", "FirUpsample"),
        ("PixelShuffle", "PixelUnshuffle"), ("PixelUnshuffle", "PixelShuffle"), ("MpSum", "MpCat"), ("MpCat", "MpSum"), ("Clamp", "Scale"), ("Scale", "Clamp"), ("Flatten", "ReLU"), ("PixelNorm", "AppendOnes"),
        ("AppendOnes", "ZerosLike"), ("ZerosLike", "Flatten"), ("MpSiLU", "SiLU"),
    ];

    private readonly Declared origin;
    private readonly SyntaxNode root;
    private readonly List<Mutant> found = [];

    private Mutator(Declared origin)
    {
        this.origin = origin;
        root = CSharpSyntaxTree.ParseText(origin.Text).GetRoot();
    }

    /// <summary>All edits, without those that give the same text.</summary>
    public static IReadOnlyList<Mutant> Edit(Declared origin)
    {
        var mutator = new Mutator(origin);
        foreach (var record in mutator.root.DescendantNodes().OfType<RecordDeclarationSyntax>())
            mutator.Edit(record);
        return [.. mutator.found.Where(mutant => mutant.Text != origin.Text).DistinctBy(mutant => string.Concat(mutant.Text.Where(letter => !char.IsWhiteSpace(letter))))];
    }

    private void Edit(RecordDeclarationSyntax record)
    {
        EditConstants(record);
        EditParameters(record);
        PropertyDeclarationSyntax[] layers = [.. record.Members.OfType<PropertyDeclarationSyntax>().Where(property => property.Type.ToString() == "Layer")];
        for (var i = 0; i < layers.Length; i++)
        {
            EditLayer(record, layers[i]);
            foreach (var other in layers.Skip(i + 1).Take(3))
                SwapLayers(layers[i], other);
        }

        foreach (var shape in record.AttributeLists.Concat(record.DescendantNodes().OfType<ParameterSyntax>().SelectMany(each => each.AttributeLists))
            .Concat(record.Members.OfType<MethodDeclarationSyntax>().SelectMany(each => each.AttributeLists))
            .SelectMany(list => list.Attributes).Where(attribute => attribute.Name.ToString() == "Shape"))
        {
            EditShape(record, shape);
        }

        if (record.Members.OfType<MethodDeclarationSyntax>().FirstOrDefault(method => method.Identifier.Text == "Forward") is { } forward)
            EditForward(forward, [.. layers.Select(layer => layer.Identifier.Text)], [.. record.ParameterList?.Parameters.Select(each => each.Identifier.Text) ?? []]);
        else
            EditChain(layers);
    }

    private void EditConstants(RecordDeclarationSyntax record)
    {
        foreach (var constant in record.Members.OfType<FieldDeclarationSyntax>().SelectMany(field => field.Declaration.Variables))
        {
            string[] users = [.. record.Members.OfType<PropertyDeclarationSyntax>()
                .Where(layer => layer.AttributeLists.SelectMany(list => list.DescendantNodes()).OfType<IdentifierNameSyntax>().Any(name => name.Identifier.Text == constant.Identifier.Text))
                .Select(layer => layer.Identifier.Text),
                .. record.DescendantNodes().OfType<BinaryExpressionSyntax>().Where(pipe => pipe.IsKind(SyntaxKind.BitwiseOrExpression) && pipe.Right.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.Text == constant.Identifier.Text)).Select(pipe => pipe.Right.ToString())];
            foreach (var number in constant.DescendantNodes().OfType<LiteralExpressionSyntax>())
                EditNumber("constant changed", number, users);
        }
    }

    private void EditParameters(RecordDeclarationSyntax record)
    {
        var parameters = record.ParameterList?.Parameters ?? [];
        for (var i = 0; i + 1 < parameters.Count; i++)
            Exchange("record parameters exchanged", parameters[i], parameters[i + 1], [.. parameters.Select(each => each.Identifier.Text)]);
    }

    private void EditLayer(RecordDeclarationSyntax record, PropertyDeclarationSyntax layer)
    {
        string[] names = [layer.Identifier.Text];
        var attribute = layer.AttributeLists[0].Attributes[0];
        var kind = attribute.Name is GenericNameSyntax generic ? generic.Identifier.Text : attribute.Name.ToString();
        AttributeArgumentSyntax[] arguments = [.. attribute.ArgumentList?.Arguments ?? []];
        AttributeArgumentSyntax[] sizes = [.. arguments.Where(argument => argument.NameEquals is null)];
        string[] parameters = [.. record.ParameterList?.Parameters.Select(each => each.Identifier.Text) ?? []];

        foreach (var argument in arguments)
        {
            foreach (var number in argument.Expression.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>().Where(literal => literal.IsKind(SyntaxKind.NumericLiteralExpression)))
                EditNumber(kind == "Block" ? "block argument changed" : "layer number changed", number, names);
            foreach (var text in argument.Expression.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>().Where(literal => literal.IsKind(SyntaxKind.StringLiteralExpression)))
                EditTerm("layer number changed", text, parameters, names);
            if (argument.Expression is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } nameof)
            {
                var used = nameof.ArgumentList.Arguments[0].ToString();
                foreach (var other in parameters.Where(each => each != used))
                    Change("size named wrongly", argument.Expression, $"nameof({other})", names);
                Change("size named wrongly", argument.Expression, $"\"2*{used}\"", names);
                Change("size named wrongly", argument.Expression, $"\"{used}+1\"", names);
            }

            if (argument.NameEquals is not null)
                Remove("layer option removed", arguments, argument, names);
        }

        for (var i = 0; i + 1 < sizes.Length; i++)
            Exchange(kind == "Block" ? "block arguments exchanged" : "layer numbers exchanged", sizes[i].Expression, sizes[i + 1].Expression, names);
        if (kind == "Block" && sizes.Length > 1)
            Remove("block argument removed", arguments, sizes[^1], names);
        if (kind == "Conv2d")
        {
            foreach (var option in new[] { "Stride = 2", "Stride = 3", "Padding = 0", "Padding = 1", "Padding = 2", "Dilation = 2", "Groups = 2", "Groups = 3", "Bias = false" }
                .Where(option => !arguments.Any(argument => argument.NameEquals?.Name.ToString() == option.Split(' ')[0])))
            {
                Insert("layer option added", arguments[^1].Span.End, $", {option}", names);
            }
        }

        foreach (var (_, other, rewrite) in Mistaken.Where(each => each.Kind == kind))
            Change("kind of layer mistaken", attribute, $"{other}({rewrite([.. sizes.Select(size => size.ToString())])})", names);

        EditRepeat(layer, names);
    }

    private void EditRepeat(PropertyDeclarationSyntax layer, string[] names)
    {
        var attributes = layer.AttributeLists.SelectMany(list => list.Attributes).ToArray();
        if (attributes.FirstOrDefault(attribute => attribute.Name.ToString() == "Repeat") is not { } repeat)
        {
            Insert("repeat added", attributes[0].Span.End, ", Repeat(2)", names);
            Insert("repeat added", attributes[0].Span.End, ", Repeat(1)", names);
            return;
        }

        EditNumber("repeat changed", (LiteralExpressionSyntax)repeat.ArgumentList!.Arguments[0].Expression, names);
        Add("repeat removed", $"of {names[0]}", names, (TextSpan.FromBounds(attributes[0].Span.End, repeat.Span.End), ""));
    }

    private void SwapLayers(PropertyDeclarationSyntax one, PropertyDeclarationSyntax other) =>
        Add("layers swapped", $"{one.Identifier} and {other.Identifier}", [one.Identifier.Text, other.Identifier.Text],
            (one.AttributeLists[0].Span, other.AttributeLists[0].ToString()), (other.AttributeLists[0].Span, one.AttributeLists[0].ToString()));

    private void EditShape(RecordDeclarationSyntax record, AttributeSyntax shape)
    {
        string[] names = shape.Parent?.Parent is ParameterSyntax parameter ? [parameter.Identifier.Text] : [];
        string[] symbols = [.. record.ParameterList?.Parameters.Select(each => each.Identifier.Text) ?? []];
        AttributeArgumentSyntax[] axes = [.. shape.ArgumentList!.Arguments];
        foreach (var axis in axes.Skip(1))
        {
            foreach (var literal in axis.DescendantNodes().OfType<LiteralExpressionSyntax>())
            {
                if (literal.IsKind(SyntaxKind.NumericLiteralExpression))
                    EditNumber("axis changed", literal, names);
                else
                    EditTerm("axis changed", literal, symbols, names);
            }

            if (axis.Expression is InvocationExpressionSyntax nameof)
            {
                foreach (var other in symbols.Where(each => $"nameof({each})" != nameof.ToString()))
                    Change("axis changed", nameof, $"nameof({other})", names);
            }

            Remove("axis removed", axes, axis, names);
        }

        for (var i = 1; i + 1 < axes.Length; i++)
            Exchange("axes exchanged", axes[i], axes[i + 1], names);
        Insert("axis added", axes[^1].Span.End, ", 2", names);
    }

    private void EditForward(MethodDeclarationSyntax forward, string[] layers, string[] parameters)
    {
        var body = (SyntaxNode?)forward.ExpressionBody ?? forward.Body!;
        string[] inputs = [.. forward.ParameterList.Parameters.Select(each => each.Identifier.Text)];
        foreach (var pipe in body.DescendantNodes().OfType<BinaryExpressionSyntax>().Where(each => each.IsKind(SyntaxKind.BitwiseOrExpression)))
        {
            var stage = pipe.Right.ToString();
            var next = (pipe.Parent as BinaryExpressionSyntax)?.Right.ToString() ?? stage;
            Add("stage removed", stage, [stage, next], (TextSpan.FromBounds(pipe.Left.Span.End, pipe.Span.End), ""));
            Insert("stage duplicated", pipe.Span.End, $" | {stage}", [stage]);
            if (pipe.Left is BinaryExpressionSyntax { RawKind: (int)SyntaxKind.BitwiseOrExpression } before)
                Exchange("stages exchanged", before.Right, pipe.Right, [before.Right.ToString(), stage]);
            var place = Array.IndexOf(layers, stage);
            foreach (var step in new[] { 1, 2 })
                Change("stage replaced", pipe.Right, layers[(place + step) % layers.Length], [stage, layers[(place + step) % layers.Length]]);
            if (place < 0)
                EditFunction(pipe.Right, parameters);
        }

        foreach (var call in body.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => call.Expression.ToString() == "Value.Cat"))
        {
            var items = call.ArgumentList.Arguments;
            for (var i = 0; i < items.Count; i++)
            {
                if (i > 0)
                    Exchange("skips mixed up", items[i - 1], items[i], []);
                Remove("skip removed", [.. items], items[i], []);
                Insert("skip added", items[i].Span.End, $", {items[i]}", []);
            }
        }

        foreach (var sum in body.DescendantNodes().OfType<BinaryExpressionSyntax>().Where(each => !each.IsKind(SyntaxKind.BitwiseOrExpression)))
        {
            Exchange("operands exchanged", sum.Left, sum.Right, []);
            foreach (var sign in new[] { "+", "*" }.Where(sign => sign != sum.OperatorToken.Text))
                Add("operator replaced", $"{sum.OperatorToken} by {sign}", [], (sum.OperatorToken.Span, sign));
            Change("operand removed", sum, sum.Left.ToString(), []);
            Change("operand removed", sum, sum.Right.ToString(), []);
        }

        foreach (var tuple in body.DescendantNodes().OfType<TupleExpressionSyntax>())
        {
            for (var i = 0; i + 1 < tuple.Arguments.Count; i++)
                Exchange("tuple reordered", tuple.Arguments[i], tuple.Arguments[i + 1], []);
        }

        foreach (var names in body.DescendantNodes().OfType<ParenthesizedVariableDesignationSyntax>())
        {
            for (var i = 0; i + 1 < names.Variables.Count; i++)
                Exchange("tuple reordered", names.Variables[i], names.Variables[i + 1], []);
        }

        EditUses(body, inputs, layers);
    }

    private void EditFunction(ExpressionSyntax function, string[] parameters)
    {
        var (called, arguments) = function is InvocationExpressionSyntax call ? (call.Expression, call.ArgumentList.Arguments.ToArray()) : (function, []);
        var name = called.ToString();
        if (Array.IndexOf(Activations, name) is >= 0 and var place)
            ChangePart("activation replaced", called, Activations[(place + 1) % Activations.Length]);
        foreach (var (_, other) in MistakenFunctions.Where(each => each.Function == name))
            ChangePart("function mistaken", called, other);
        if (name == "Function")
            return;
        for (var i = 0; i < arguments.Length; i++)
        {
            foreach (var number in arguments[i].DescendantNodes().OfType<LiteralExpressionSyntax>())
            {
                if (number.Token.Value is int value)
                {
                    foreach (var other in new[] { value + 1, value - 1, 2 * value, value / 2, 3, 0 }.Distinct().Where(other => other != value))
                        ChangePart("function number changed", number, other.ToString(CultureInfo.InvariantCulture));
                }
                else if (number.Token.Value is double real)
                {
                    ChangePart("function number changed", number, (-real).ToString(CultureInfo.InvariantCulture));
                    ChangePart("function number changed", number, (real + 1).ToString(CultureInfo.InvariantCulture));
                }
            }

            foreach (var used in arguments[i].Expression.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>())
            {
                foreach (var other in parameters.Append($"2 * {used}").Append($"({used} + 1)").Append($"{used} / 2").Where(each => each != used.ToString()))
                    ChangePart("function size named wrongly", used, other);
            }

            if (i > 0 && arguments[i].NameColon is null)
                Exchange("function numbers exchanged", arguments[i - 1].Expression, arguments[i].Expression, [function.ToString()]);
            Remove("function number removed", arguments, arguments[i], [function.ToString()]);
        }

        // A finding names the call as it reads after the edit.
        void ChangePart(string kind, SyntaxNode part, string text) => Change(kind, part, text,
            [function.ToString(), function.ToString().Remove(part.SpanStart - function.SpanStart, part.Span.Length).Insert(part.SpanStart - function.SpanStart, text)]);
    }

    // A value in the place of another that is in scope there.
    private void EditUses(SyntaxNode body, string[] inputs, string[] layers)
    {
        foreach (var use in body.DescendantNodes().OfType<IdentifierNameSyntax>().Where(use => !use.Ancestors().OfType<BinaryExpressionSyntax>().Any(pipe => pipe.IsKind(SyntaxKind.BitwiseOrExpression) && pipe.Right.Span.Contains(use.Span))))
        {
            var name = use.Identifier.Text;
            if (layers.Contains(name) || name is "Value" or "Cat" or "var")
                continue;
            var locals = body.DescendantNodes().Where(node => node is VariableDeclaratorSyntax or SingleVariableDesignationSyntax && node.FirstAncestorOrSelf<StatementSyntax>()!.Span.End <= use.SpanStart)
                .Select(node => node is VariableDeclaratorSyntax local ? local.Identifier.Text : node.ToString());
            foreach (var other in inputs.Concat(locals).Where(other => other != name))
                Change("value mixed up", use, other, [name, other]);
        }
    }

    // Without Forward, order of declaration is the order of the flow.
    private void EditChain(PropertyDeclarationSyntax[] layers)
    {
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            Change("stage removed", layer, "", [layer.Identifier.Text, layers[Math.Min(i + 1, layers.Length - 1)].Identifier.Text]);
            Insert("stage duplicated", layer.Span.End, " " + layer.ToString().Replace($"Layer {layer.Identifier} ", $"Layer {layer.Identifier}Twin "), [layer.Identifier.Text, layer.Identifier.Text + "Twin"]);
        }
    }

    private void EditNumber(string kind, LiteralExpressionSyntax number, string[] names)
    {
        if (number.Token.Value is not int value)
            return;
        foreach (var other in new[] { value + 1, value - 1, 2 * value, value / 2, 3, 0 }.Distinct().Where(other => other != value))
            Change(kind, number, other.ToString(CultureInfo.InvariantCulture), names);
    }

    // A size written as a term over names.
    private void EditTerm(string kind, LiteralExpressionSyntax text, string[] parameters, string[] names)
    {
        var term = text.Token.ValueText;
        foreach (var other in new[] { $"2*({term})", $"({term})+1", $"({term})/2", parameters.FirstOrDefault(each => each != term) ?? "1", term switch { "H" => "W", "W" => "H", _ => "B" } })
            Change(kind, text, $"\"{other}\"", names);
    }

    private void Exchange(string kind, SyntaxNode one, SyntaxNode other, string[] names) =>
        Add(kind, $"{one} and {other}", names, (one.Span, other.ToString()), (other.Span, one.ToString()));

    private void Change(string kind, SyntaxNode old, string text, string[] names) => Add(kind, $"{old} to {text}", names, (old.Span, text));

    private void Insert(string kind, int place, string text, string[] names) => Add(kind, $"{text} at {place}", names, (new TextSpan(place, 0), text));

    private void Remove<T>(string kind, T[] items, T item, string[] names)
        where T : SyntaxNode
    {
        var place = Array.IndexOf(items, item);
        if (items.Length > 1)
            Add(kind, item.ToString(), names, (place > 0 ? TextSpan.FromBounds(items[place - 1].Span.End, item.Span.End) : TextSpan.FromBounds(item.SpanStart, items[1].SpanStart), ""));
    }

    private void Add(string kind, string what, string[] names, params (TextSpan Span, string Text)[] changes)
    {
        var text = SourceText.From(origin.Text);
        var edited = text.WithChanges(changes.OrderBy(change => change.Span.Start).Select(change => new TextChange(change.Span, change.Text)));
        var lines = changes.SelectMany(change => Enumerable.Range(text.Lines.GetLineFromPosition(change.Span.Start).LineNumber, 1 + text.Lines.GetLineFromPosition(change.Span.End).LineNumber - text.Lines.GetLineFromPosition(change.Span.Start).LineNumber));
        var locals = changes.SelectMany(change => root.FindNode(change.Span).FirstAncestorOrSelf<StatementSyntax>()?.DescendantNodes() ?? [])
            .Where(node => node is VariableDeclaratorSyntax or SingleVariableDesignationSyntax).Select(node => node is VariableDeclaratorSyntax local ? local.Identifier.Text : node.ToString());
        if (edited.Lines.Count == text.Lines.Count)
            found.Add(new(origin, kind, what, edited.ToString(), [.. lines.Distinct()], [.. names.Union(locals)]));
    }
}

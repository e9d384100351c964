using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Networks;

/// <summary>
/// Writes the forward pass of a network: a line a step, fused where that is possible, each value freed after its last use.
/// </summary>
internal sealed class ForwardWriter : Emitter
{
    private readonly CheckedNetwork network;
    private readonly CodeWriter code;
    private readonly ModuleNames names;
    private readonly InputPlan[] inputs;
    private readonly string[] values;
    private readonly List<(string Name, EquatableArray<Dim> Sizes)> constants = [];

    // Lines of the method that is being written, and values that a step spread over more axes.
    private readonly List<(string Text, string Remark)> lines = [];
    private readonly List<string> spread = [];

    public ForwardWriter(CheckedNetwork network, CodeWriter code, ModuleNames names)
        : base(network.Values, Fusion.Fuse(network), network.Results)
    {
        (this.network, this.code, this.names, inputs) = (network, code, names, [.. network.Inputs]);
        values = names.OfValues(network.Values, inputs.Length);
    }

    /// <summary>Arrays of sizes that the written code refers to.</summary>
    public IEnumerable<(string Name, EquatableArray<Dim> Sizes)> Constants => constants;

    public override string NameOf(int value) => values[value];

    /// <summary>Writes the method <c>forward</c> and those of its sections.</summary>
    /// <param name="result">The type that it returns.</param>
    public void Write(string result)
    {
        var parts = Split().ToArray();
        code.Line($"/// <summary>{Xml(network.Signature)}</summary>");
        using (code.Braces($"public override {result} forward({string.Join(", ", inputs.Select((_, i) => "Tensor " + values[i]))})"))
        {
            Require();
            foreach (var part in parts)
            {
                if (part.Section.Length == 0)
                    Write(part);
                else
                    lines.Add(($"{Several("var ", Names(part.Made))} = {part.Section}({string.Join(", ", Names(part.Used))});", Counted(part.Made)));
            }

            WriteLines();
            // The caller alone owns what is returned.
            code.Line($"return {Several("", Results.Select((value, i) => value < inputs.Length || Results.Take(i).Contains(value) ? $"{values[value]}.alias()" : values[value]))};");
        }

        foreach (var part in parts.Where(part => part.Section.Length > 0))
        {
            code.Line().Line($"/// <summary>{Xml($"{Counted(part.Used)} → {Counted(part.Made)}")}; frees what nothing reads after it.</summary>");
            var made = part.Made.Length == 1 ? "Tensor" : $"({string.Join(", ", Names(part.Made).Select(name => "Tensor " + name))})";
            using (code.Braces($"private {made} {part.Section}({string.Join(", ", Names(part.Used).Select(name => "Tensor " + name))})"))
            {
                Write(part);
                WriteLines();
                code.Line($"return {Several("", Names(part.Made))};");
            }
        }
    }

    protected override string Layer(Step step) => step switch
    {
        FusedStep fused => Expression(fused),
        LinearStep linear => Expression(linear),
        _ => throw new InvalidOperationException(step.ToString()),
    };

    protected override string Spread(int value, int other)
    {
        var (shape, more) = (Values[value].Shape, Rank(other) - Rank(value));
        var ones = string.Concat(Enumerable.Repeat(", 1", more));
        var made = names.Take($"{values[value].TrimStart('@')}Spread");
        var sizes = shape.Sizes.Select((size, axis) => axis == 0 ? "-1" : size.IsOver(names.Parameters) ? size.ToCode() : $"{values[value]}.shape[{axis}]");
        var expression = network.InOrder.Any(found => LayerKind.Find(found.Layer.Kind)?.PreservesMagnitude == true)
            ? $"MagnitudePreserving.Spread({values[value]}, {values[other]})"
            : $"{values[value]}.view({string.Join(", ", sizes)}{ones})";
        lines.Add(($"var {made} = {expression};", $"[{string.Join(", ", shape.Sizes)}{ones}]"));
        spread.Add(made);
        return made;
    }

    // Sizes that only numbers can decide.
    private void Require()
    {
        foreach (var constraint in network.Constraints.Where(constraint => constraint.Fit.Divisor > 1))
        {
            foreach (var name in constraint.Names.Where(name => !names.Parameters.Contains(name)))
            {
                if (PlaceOf(name) is { } size)
                    code.Line($"Require.That({size} % {constraint.Fit.Divisor} == 0, {Quote($"{network.Plan.Record.Name}: {constraint.MessageArguments} only if {name} is divisible by {constraint.Fit.Divisor} (CM2009)")});");
            }
        }
    }

    // The axis of an input that has a name.
    private string? PlaceOf(string axis) => inputs
        .SelectMany((input, i) => input.Sizes.Select((size, j) => (Size: size, Code: $"{values[i]}.shape[{j}]")))
        .Where(each => each.Size == Dim.Of(axis)).Select(each => each.Code).FirstOrDefault();

    /// <summary>Steps in a row that stand in one method.</summary>
    private sealed record Stretch(string Section, int From, int To, int[] Used, int[] Made);

    private IEnumerable<Stretch> Split()
    {
        for (var from = 0; from < Steps.Count;)
        {
            var to = from + 1;
            while (to < Steps.Count && Steps[to].Section == Steps[from].Section)
                to++;
            var made = new HashSet<int>(Enumerable.Range(from, to - from).SelectMany(step => Steps[step].Outputs));
            var used = Enumerable.Range(from, to - from).SelectMany(step => Steps[step].Inputs).Where(value => !made.Contains(value)).Distinct().OrderBy(value => value).ToArray();
            yield return new(Steps[from].Section, from, to, used, [.. made.Where(value => !Liveness.IsDeadAfter(value, to - 1)).OrderBy(value => value)]);
            from = to;
        }
    }

    private void Write(Stretch part)
    {
        for (var i = part.From; i < part.To; i++)
        {
            Write(Steps[i]);
            var dead = string.Join(" ", Steps[i].Inputs.Distinct().Where(value => value >= inputs.Length && Liveness.IsDeadAfter(value, i)).Select(value => $"{values[value]}.Dispose();"));
            if (dead.Length > 0)
                lines.Add((dead, ""));
        }
    }

    private void Write(Step step)
    {
        if (step is LayerStep { Layer.Module: not null } block)
        {
            WriteBlock(block);
        }
        else if (step is LayerStep layer)
        {
            WriteLayer(layer);
        }
        else
        {
            var expression = Expression(step);
            lines.Add(($"var {values[step.Outputs[0]]} = {expression};", Shapes(step)));
            foreach (var temporary in spread)
                lines.Add(($"{temporary}.Dispose();", ""));
            spread.Clear();
        }
    }

    private void WriteLayer(LayerStep step)
    {
        var (layer, input, result) = (step.Layer, values[step.Inputs[0]], values[step.Outputs[0]]);
        string[] others = [.. Names(step.Inputs).Skip(1)];
        foreach (var (copy, _) in ModuleNames.Copies(layer))
        {
            var made = copy == (layer.Repeat ?? 1) - 1 ? result : names.Take($"{result.TrimStart('@')}{copy + 1}");
            lines.Add(($"var {made} = {Expression(step, copy, [input, .. others])};", Shapes(step)));
            if (layer.Block is { } function && copy == 0)
                lines.Add(($"{names.Fits(function)} = {names.Fits(function)} || Require.Shape({made}, [{string.Join(", ", Promised(function, [input, .. others]))}], {Quote($"{network.Plan.Record.Name}: {function.Name}.Apply")});", ""));
            if (copy > 0)
                lines.Add(($"{input}.Dispose();", ""));
            input = made;
        }
    }

    private void WriteBlock(LayerStep step)
    {
        var (field, repeat, made) = (Escape(step.Layer.Name), step.Layer.Repeat, values[step.Outputs[0]]);
        var given = string.Join(", ", Names(step.Inputs));
        if (repeat is null)
        {
            lines.Add(($"{Several("var ", Names(step.Outputs))} = {field}.call({given});", Shapes(step)));
            return;
        }

        var others = string.Concat(Names(step.Inputs).Skip(1).Select(input => ", " + input));
        lines.Add(($"var {made} = {field}[0].call({given});", $"{Shapes(step)}, {repeat} times"));
        if (repeat > 1)
            lines.Add(($"for (var i = 1; i < {field}.Count; i++)\n{{\n    var last = {made};\n    {made} = {field}[i].call(last{others});\n    last.Dispose();\n}}", ""));
    }

    private string Expression(LayerStep step, int copy, string[] given) => step.Layer.Block is { } function
        ? $"{names.TypeOf(function)}.Apply({string.Join(", ", given)})"
        : LayerKind.Find(step.Layer.Kind)!.Write(step.Layer, Values[step.Inputs[0]].Shape, Values[step.Outputs[0]].Shape,
            new LayerCode(given, parameter => names.Field(step.Layer, copy, parameter), (word, sizes) => Constant(step.Layer, word, sizes), names.Context));

    private string Expression(FusedStep step)
    {
        var (norm, text) = (step.Norm, $"Images.NormSiLUConv2d({values[step.X]}, {step.Norm.Size("groups").ToCode()}, {names.Field(step.Norm, 0, "weight")}, {names.Field(step.Norm, 0, "bias")}");
        if (step.Convolution is { } convolution)
            text += ", " + Weights(convolution);
        if (norm.Has("epsilon"))
            text += $", epsilon: {Number(norm.Number("epsilon", 1e-5))}";
        if (step.Shift is { } shift)
            text += $", shift: {values[shift]}";
        if (step.Dropout is { } dropout)
            text += $", dropout: training ? {Number(dropout.Number("probability", 0))} : 0, context: {names.Context}";
        if (step.Residual is { } residual)
            text += $", residual: {values[residual]}";
        return step.Scale == 1 ? text + ")" : $"{text}, scale: {Number(step.Scale)})";
    }

    private string Expression(LinearStep step) =>
        $"Fused.Linear({values[step.Inputs[0]]}, {Weights(step.Linear)}{(step.Act is null ? "" : ", silu: true")}{(step.Inputs.Count > 1 ? ", second: " + values[step.Inputs[1]] : "")})";

    private string Weights(LayerPlan layer) => names.Field(layer, 0, "weight") + (layer.Flag("bias", true) ? ", " + names.Field(layer, 0, "bias") : "");

    // Sizes of a function's result, where those of its inputs tell them; -1 where not.
    private static IEnumerable<string> Promised(BlockContract function, string[] given)
    {
        var sizes = new Dictionary<string, Dim>();
        BlockSizes.Bind(function.Inputs, [.. given.Select((input, i) => Shape.Of(Enumerable.Range(0, function.Inputs[i].Rank).Select(axis => Dim.Of($"{input}.shape[{axis}]"))))], sizes);
        return function.Outputs[0].Sizes.Select(size => size.Names.All(sizes.ContainsKey) ? size.With(sizes).ToCode() : "-1");
    }

    private string Constant(LayerPlan layer, string word, EquatableArray<Dim> sizes)
    {
        if (sizes.Any(size => size.Value is null))
            return $"[{string.Join(", ", sizes.Select(size => size.ToCode()))}]";
        var name = (layer.IsFunction ? layer.Kind : layer.Name) + char.ToUpperInvariant(word[0]) + word.Substring(1);
        if (constants.FirstOrDefault(each => each.Name.StartsWith(name, StringComparison.Ordinal) && each.Sizes.Equals(sizes)) is { Name: { } known })
            return known;
        constants.Add((names.Take(name), sizes));
        return constants[constants.Count - 1].Name;
    }

    private void WriteLines()
    {
        var width = Math.Min(100, lines.Where(line => line.Remark.Length > 0).Select(line => line.Text.Length).DefaultIfEmpty(0).Max());
        foreach (var (text, remark) in lines)
            code.Line(remark.Length == 0 ? text : $"{text.PadRight(width)} // {remark}");
        lines.Clear();
    }

    private IEnumerable<string> Names(IEnumerable<int> some) => some.Select(value => values[value]);

    private static string Several(string before, IEnumerable<string> some) =>
        some.ToArray() is { Length: 1 } only ? before + only[0] : $"{before}({string.Join(", ", some)})";

    // Shapes in order, equal ones in a row counted.
    private string Counted(int[] some)
    {
        var rows = new List<(Shape Shape, int Count)>();
        foreach (var shape in some.Select(value => Values[value].Shape))
        {
            if (rows.Count > 0 && rows[rows.Count - 1].Shape.Equals(shape))
                rows[rows.Count - 1] = (shape, rows[rows.Count - 1].Count + 1);
            else
                rows.Add((shape, 1));
        }

        return string.Join(", ", rows.Select(row => row.Count == 1 ? row.Shape.ToString() : $"{row.Count} × {row.Shape}"));
    }
}

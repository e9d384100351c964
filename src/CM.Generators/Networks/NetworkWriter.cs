using CM.Generators.Networks.Layers;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Networks;

/// <summary>Writes a network's part: its layers as values, its parameters, its forward pass.</summary>
internal sealed class NetworkWriter
{
    private static readonly string[] Usings =
        ["System", "System.CodeDom.Compiler", "CM.Dsl", "CM.Runtime", "TorchSharp", "TorchSharp.Modules", "static TorchSharp.torch", "static TorchSharp.torch.nn"];

    private static readonly string Stamp = "[GeneratedCode(\"CM.Generators\", \"" + typeof(NetworkWriter).Assembly.GetName().Version + "\")]";

    private readonly CheckedNetwork network;
    private readonly CodeWriter code;
    private readonly EquatableArray<Step> steps;
    private readonly int[] lastUses;
    private readonly List<(string Name, EquatableArray<Dim> Sizes)> constants = [];
    private readonly Dictionary<string, ParameterPlan[]> owned = [];
    private readonly Dictionary<(string Layer, int Copy, string Parameter), string> fields = [];
    private readonly HashSet<string> parameters;
    private readonly HashSet<string> taken;

    private NetworkWriter(CheckedNetwork network, CodeWriter code)
    {
        this.network = network;
        this.code = code;
        steps = network.Fits ? Fusion.Fuse(network) : network.Steps;
        lastUses = LastUses();
        parameters = [.. Plan.Parameters];
        taken = [.. parameters, .. Plan.Layers.Select(layer => layer.Name), .. OwnFunctions.Select(function => function.Name), "parameters", "training", "functional", "nn", "torch", "cat", "last", "i"];
        foreach (var layer in Plan.Layers)
        {
            owned[layer.Name] = LayerKind.Find(layer.Kind)?.Parameters(layer).ToArray() ?? [];
            foreach (var (copy, _) in Copies(layer))
            {
                foreach (var parameter in Owned(layer))
                    fields.Add((layer.Name, copy, parameter.Name), Free(FieldName(layer, copy, parameter.Name)));
            }

        }

        foreach (var function in OwnFunctions)
            fields.Add((function.FullName, 0, "fits"), Free(char.ToLowerInvariant(function.Name[0]) + function.Name.Substring(1) + "Fits"));
    }

    private NetworkPlan Plan => network.Plan;

    // Contracts of the functions that users have written.
    private IEnumerable<BlockContract> OwnFunctions => network.InOrder.Where(found => found.Layer.IsFunction).Select(found => found.Layer.Block).OfType<BlockContract>().GroupBy(function => function.FullName).Select(same => same.First());

    /// <summary>The text of the generated file.</summary>
    public static string Write(CheckedNetwork network)
    {
        var found = !network.Fits ? "does not fit together yet" : $"{network.Signature}, {Counted(network.Count)}";
        var hover = network.Fits ? $"/// <remarks>{Xml($"{network.Signature} · {Counted(network.Count)} · for each example {Size(network.Work)} multiply-adds and {Size(network.Activations * 4)} bytes of activations")}</remarks>\n" : "";
        return CodeWriter.File($"{network.Plan.Record.Name}: {found}", network.Plan.Record, hover, Usings, code => new NetworkWriter(network, code).Write());
    }

    /// <summary>The text of the generated file of a layer that stands for a network of its own.</summary>
    /// <param name="owner">The record whose layer it is.</param>
    /// <param name="expansion">The network and its blocks.</param>
    public static string Write(RecordName owner, Expansion expansion) => CodeWriter.File(
        $"{expansion.Root.Plan.Record.Name}: {expansion.Root.Plan.Documentation} {expansion.Root.Signature}, {Counted(expansion.Root.Count)}", owner, "", Usings, code =>
        {
            using var _ = OpenExpansion(code, expansion.Root);
            new NetworkWriter(expansion.Root, code).WriteExpansion();
            foreach (var block in expansion.Blocks)
            {
                code.Line();
                using var inner = OpenExpansion(code, block);
                new NetworkWriter(block, code).WriteExpansion();
            }
        });

    private static CodeWriter.Scope OpenExpansion(CodeWriter code, CheckedNetwork network) =>
        code.Line($"/// <summary>{Xml(network.Plan.Documentation)}</summary>").Braces($"public static class {network.Plan.Record.Code}");

    private void Write()
    {
        foreach (var layer in network.Layers)
            WritePart(layer);
        code.Line("/// <summary>Layers and functions in the order in which the values flow through them.</summary>").Line(Stamp).Line("public Part[] ListLayers() =>").Line("[");
        using (code.Indent())
        {
            foreach (var layer in network.InOrder)
                code.Line((layer.Layer.IsFunction ? Described(layer) : Escape(layer.Layer.Name)) + ",");
        }

        code.Line("];").Line();
        if (Plan.Parameters.Count == 0)
            WritePlan();
        WriteModule();
    }

    private void WritePart(CheckedLayer layer)
    {
        var (input, output) = (string.Join(", ", layer.Inputs), string.Join(", ", layer.Outputs));
        var found = layer.Outputs.Count > 0 ? $"{layer.Kind} · {input} → {output} · {Counted(layer.Count)}" : layer.Kind;
        code.Line($"/// <summary>{(layer.Layer.Documentation.Length > 0 ? layer.Layer.Documentation + "<br/>" : "")}{Xml(found)}</summary>")
            .Line(Stamp)
            .Line($"{layer.Layer.Modifiers} Part {Escape(layer.Layer.Name)} => {Described(layer)};")
            .Line();
    }

    private string Described(CheckedLayer layer) =>
        $"new({Quote(PlaceOf(layer.Layer))}, {Filled(Filled(layer).Kind)}, {Filled(layer.Inputs)}, {Filled(layer.Outputs)}, {(network.Fits && !layer.Count.IsUnknown ? layer.Count.ToCode() : "-1")}){Nested(layer.Layer)}";

    // What a block consists of.
    private string Nested(LayerPlan layer) => network.Fits && layer.Module is { } block
        ? $" {{ Layers = {(IsInside(block) ? $"{TypeOf(block)}.ListLayers({Given(layer)})" : $"new {TypeOf(block)}({Given(layer)}).ListLayers()")} }}"
        : "";

    private void WriteExpansion()
    {
        code.Line("/// <summary>The layers, for descriptions.</summary>").Line(Stamp).Line($"public static Part[] ListLayers({Arguments()}) =>").Line("[");
        using (code.Indent())
        {
            foreach (var layer in network.InOrder)
                code.Line(Described(layer) + ",");
        }

        code.Line("];").Line();
        WriteModule();
    }

    // Text in which the record's parameters stand as the numbers they will be.
    private static string Filled(string text) => (text.Contains('{') ? "$" : "") + Quote(text);

    private string Filled(EquatableArray<Shape> shapes) => Filled(string.Join(", ", shapes.Select(shape => $"[{string.Join(", ", shape.Sizes.Select(size => Filled(size).ToString()))}]")));

    private Dim Filled(Dim size) => size.Value is null && size.IsOver(parameters) ? Dim.Of($"{{{size.ToCode()}}}") : size;

    private CheckedLayer Filled(CheckedLayer layer) => layer.Layer.Arguments.All(argument => argument.Sizes.All(size => size.Value is not null)) ? layer : layer with
    {
        Layer = layer.Layer with { Arguments = layer.Layer.Arguments.Select(argument => argument with { Sizes = argument.Sizes.Select(Filled).ToEquatable() }).ToEquatable() },
    };

    private void WritePlan()
    {
        code.Line("/// <summary>The network for lists and descriptions.</summary>").Line(Stamp);
        using (code.Braces($"public static NetworkPlan Plan {{ get; }} = new({Quote(Plan.Record.Name)}, {Quote(Plan.Documentation)},\n    [{string.Join(", ", network.InputShapes.Select(shape => Quote(shape.ToString())))}], {Quote(string.Join(", ", network.OutputShapes))}, new {Plan.Record.Code}().ListLayers())", "};"))
        {
            code.Line($"FullName = {Quote(Plan.Record.Text)},");
            code.Line($"Parameters = {network.Count.Value ?? -1},").Line($"Work = {network.Work.Value ?? -1},").Line($"Activations = {(network.Activations * 4).Value ?? -1},");
        }

        code.Line();
    }

    private void WriteModule()
    {
        var inputs = network.Inputs.ToArray();
        var result = network.Results.Count > 1 ? $"({string.Join(", ", network.Results.Select(_ => "Tensor"))})" : "Tensor";
        var record = Plan.Record.Code.Replace('<', '{').Replace('>', '}');
        code.Line($"/// <summary><see cref=\"{record}\"/> as a TorchSharp module: {Xml(network.Signature)}, {Counted(network.Count)}.</summary>")
            .Line("/// <remarks>")
            .Line("/// <code>");
        var rows = network.InOrder.Where(layer => layer.Outputs.Count > 0)
            .Select(layer => (Place: Xml(PlaceOf(layer.Layer)), Kind: Xml(layer.Kind), Shapes: $"{string.Join(", ", layer.Inputs)} → {string.Join(", ", layer.Outputs)}")).ToList();
        var (places, kinds) = rows.Count == 0 ? (0, 0) : (rows.Max(row => row.Place.Length), rows.Max(row => row.Kind.Length));
        foreach (var row in rows)
            code.Line($"/// {row.Place.PadRight(places)}  {row.Kind.PadRight(kinds)}  {row.Shapes}");
        code.Line("/// </code>").Line("/// </remarks>");
        if (network.Fits && !Plan.IsExpansion)
            code.Line($"[{PublishedContract.Write(network)}]");
        code.Line(Stamp);
        using (code.Braces($"public sealed class Module : nn.Module<{string.Join(", ", inputs.Select(_ => "Tensor").Append(result))}>"))
        {
            if (network.Fits)
                WriteWorking(inputs, result);
            else
                WriteThrowing(inputs, result);
        }
    }

    private void WriteThrowing(InputPlan[] inputs, string result)
    {
        var message = $"\"{Plan.Record.Name} does not fit together ({network.Problems.FirstOrDefault(problem => problem.IsError)?.Rule ?? "one of its blocks does not"}).\"";
        code.Line($"public static ParameterLayout Layout({Arguments()}) => throw new NotSupportedException({message});")
            .Line()
            .Line($"public Module({Arguments("ParameterScope parameters")}) : base({Quote(Plan.Record.Name)}) => throw new NotSupportedException({message});")
            .Line()
            .Line($"public override {result} forward({string.Join(", ", inputs.Select(input => "Tensor " + Escape(input.Name)))}) => throw new NotSupportedException({message});");
    }

    private void WriteWorking(InputPlan[] inputs, string result)
    {
        WriteFields();
        WriteLayout();
        WriteConstructor();
        WriteForward(inputs, result);
        code.Line().Line("// Every parameter has been registered by name; there is nothing to look for.").Line("protected override void RegisterComponents()").Line("{").Line("}");
        foreach (var (name, sizes) in constants)
            code.Line().Line($"private static readonly long[] {name} = [{string.Join(", ", sizes.Select(size => size.ToCode()))}];");
    }

    private void WriteFields()
    {
        foreach (var name in Plan.Parameters)
            code.Line($"private readonly int {Escape(name)};");
        foreach (var layer in Plan.Layers)
        {
            foreach (var (copy, _) in Copies(layer))
            {
                foreach (var parameter in Owned(layer))
                    code.Line($"private readonly {(parameter.Fixed ? "Tensor" : "Parameter")} {Field(layer, copy, parameter.Name)}; // {Shape.Of(parameter.Shape)}");
            }
        }

        foreach (var function in OwnFunctions)
            code.Line($"private bool {Fits(function)};");

        code.Line();
        foreach (var found in network.Layers.Where(found => found.Layer.Module is not null))
        {
            var layer = found.Layer;
            code.Line($"/// <summary>{Xml(found.Kind)}</summary>")
                .Line($"public {(layer.Repeat is null ? $"{TypeOf(layer.Module!)}.Module" : $"ModuleList<{TypeOf(layer.Module!)}.Module>")} {Escape(layer.Name)} {{ get; }}")
                .Line();
        }
    }

    private void WriteLayout()
    {
        code.Line($"/// <summary>Names, shapes and starts of the {Counted(network.Count)}.</summary>")
            .Line($"public static ParameterLayout Layout({Arguments()}) => new ParameterLayout()");
        var lines = new List<string>();
        foreach (var layer in Plan.Layers)
        {
            foreach (var (_, path) in Copies(layer))
            {
                if (layer.Module is { } block)
                    lines.Add($".AddBlock(\"{path}\", {TypeOf(block)}.Module.Layout({Given(layer)}))");
                foreach (var parameter in Owned(layer))
                    lines.Add($".{(parameter.Fixed ? "AddBuffer" : parameter.InFloat32 ? "AddFloat32" : "Add")}(\"{ParameterPlan.At(path, parameter.Name)}\", {string.Join(", ", [parameter.Init, .. parameter.Shape.Select(size => size.ToCode())])})");
            }
        }

        using (code.Indent())
        {
            for (var i = 0; i < lines.Count; i++)
                code.Line(lines[i] + (i == lines.Count - 1 ? ";" : ""));
            if (lines.Count == 0)
                code.Line(";");
        }

        code.Line();
    }

    private void WriteConstructor()
    {
        code.Line($"/// <summary>Builds the module over parameters that lie in a store of <see cref=\"Layout\"/>.</summary>");
        using (code.Braces($"public Module({Arguments("ParameterScope parameters")}) : base({Quote(Plan.Record.Name)})"))
        {
            foreach (var name in Plan.Parameters)
                code.Line($"this.{Escape(name)} = {Escape(name)};");
            foreach (var duty in network.Duties.Where(duty => duty.Kind != DutyKind.AtLeast && duty.Left.IsOver(parameters) && duty.Right.IsOver(parameters)))
            {
                var holds = duty.Kind == DutyKind.Divides ? $"({duty.Right.ToCode()}) % ({duty.Left.ToCode()}) == 0" : $"{duty.Left.ToCode()} == {duty.Right.ToCode()}";
                code.Line($"Require.That({holds}, {Quote($"{Plan.Record.Name}: {duty.Words} (CM2009)")});");
            }

            foreach (var layer in Plan.Layers)
            {
                foreach (var (copy, path) in Copies(layer))
                {
                    foreach (var parameter in Owned(layer))
                    {
                        code.Line(parameter.Fixed
                            ? $"register_buffer(\"{ParameterPlan.At(path, parameter.Name)}\", {Field(layer, copy, parameter.Name)} = parameters.Buffer(\"{ParameterPlan.At(path, parameter.Name)}\"));"
                            : $"register_parameter(\"{ParameterPlan.At(path, parameter.Name)}\", {Field(layer, copy, parameter.Name)} = parameters[\"{ParameterPlan.At(path, parameter.Name)}\"]);");
                    }
                }

                if (layer.Module is not { } block)
                    continue;
                var given = block.Parameters.Count > 0 ? Given(layer) + ", " : "";
                var copies = Copies(layer).Select(each => $"new {TypeOf(block)}.Module({given}parameters.Block(\"{each.Path}\"))").ToArray();
                code.Line(layer.Repeat is null ? $"{Escape(layer.Name)} = {copies[0]};" : $"{Escape(layer.Name)} = new(\n    {string.Join(",\n    ", copies)});");
                if (layer.Place is null)
                    code.Line($"register_module(\"{layer.Name}\", {Escape(layer.Name)});");
            }

            foreach (var group in Plan.Layers.Where(layer => layer is { Place: not null, Module: not null }).GroupBy(layer => layer.Place!.Split('.')[0]))
                code.Line($"register_module(\"{group.Key}\", nn.ModuleDict<nn.Module>(\n    {string.Join(",\n    ", group.Select(layer => $"(\"{layer.Place!.Substring(group.Key.Length + 1)}\", {layer.Name})"))}));");
        }

        code.Line();
    }

    private void WriteForward(InputPlan[] inputs, string result)
    {
        var names = Name(inputs);
        var parts = Split().ToArray();
        code.Line($"/// <summary>{Xml(network.Signature)}</summary>");
        using (code.Braces($"public override {result} forward({string.Join(", ", inputs.Select((_, i) => "Tensor " + names[i]))})"))
        {
            foreach (var duty in network.Duties.Where(duty => duty.Fit.Divisor > 1 && duty.Names.Any(name => !parameters.Contains(name))))
            {
                foreach (var name in duty.Names.Where(name => !parameters.Contains(name)))
                {
                    if (Where(inputs, names, name) is { } size)
                        code.Line($"Require.That({size} % {duty.Fit.Divisor} == 0, {Quote($"{Plan.Record.Name}: {duty.Words} only if {name} is divisible by {duty.Fit.Divisor} (CM2009)")});");
                }
            }

            var lines = new List<(string Text, string Comment)>();
            foreach (var part in parts)
            {
                if (part.Section.Length == 0)
                    WriteSteps(part, names, inputs.Length, lines);
                else
                    lines.Add(($"{Declared("var ", part.Made.Select(value => names[value]))} = {part.Section}({string.Join(", ", part.Used.Select(value => names[value]))});", Shapes(part.Made)));
            }

            WriteLines(lines);
            // What is returned belongs to the caller alone.
            var returned = network.Results.Select((value, i) => value < inputs.Length || network.Results.Take(i).Contains(value) ? $"{names[value]}.alias()" : names[value]).ToArray();
            code.Line($"return {Declared("", returned)};");
        }

        foreach (var part in parts.Where(part => part.Section.Length > 0))
        {
            code.Line().Line($"/// <summary>{Xml($"{Shapes(part.Used)} → {Shapes(part.Made)}")}; frees what nothing reads after it.</summary>");
            using (code.Braces($"private {(part.Made.Length == 1 ? "Tensor" : $"({string.Join(", ", part.Made.Select(value => "Tensor " + names[value]))})")} {part.Section}({string.Join(", ", part.Used.Select(value => "Tensor " + names[value]))})"))
            {
                var lines = new List<(string Text, string Comment)>();
                WriteSteps(part, names, inputs.Length, lines);
                WriteLines(lines);
                code.Line($"return {Declared("", part.Made.Select(value => names[value]))};");
            }
        }
    }

    private static string Declared(string before, IEnumerable<string> names) =>
        names.ToArray() is { Length: 1 } only ? before + only[0] : $"{before}({string.Join(", ", names)})";

    // Shapes in order, the same ones in a row counted.
    private string Shapes(int[] values)
    {
        var rows = new List<(Shape Shape, int Count)>();
        foreach (var shape in values.Select(value => network.Values[value].Shape))
        {
            if (rows.Count > 0 && rows[rows.Count - 1].Shape.Equals(shape))
                rows[rows.Count - 1] = (shape, rows[rows.Count - 1].Count + 1);
            else
                rows.Add((shape, 1));
        }

        return string.Join(", ", rows.Select(row => row.Count == 1 ? row.Shape.ToString() : $"{row.Count} × {row.Shape}"));
    }

    /// <summary>Steps in a row that stand in one method.</summary>
    private sealed record Part(string Section, int From, int To, int[] Used, int[] Made);

    private IEnumerable<Part> Split()
    {
        for (var from = 0; from < steps.Count;)
        {
            var to = from + 1;
            while (to < steps.Count && steps[to].Section == steps[from].Section)
                to++;
            var made = new HashSet<int>(Enumerable.Range(from, to - from).SelectMany(step => steps[step].Outputs));
            var used = Enumerable.Range(from, to - from).SelectMany(step => steps[step].Inputs).Where(value => !made.Contains(value)).Distinct().OrderBy(value => value).ToArray();
            yield return new(steps[from].Section, from, to, used, [.. made.Where(value => !IsLastUse(value, to - 1)).OrderBy(value => value)]);
            from = to;
        }
    }

    private void WriteSteps(Part part, string[] names, int inputs, List<(string Text, string Comment)> lines)
    {
        for (var i = part.From; i < part.To; i++)
        {
            WriteStep(steps[i], names, lines);
            var dead = string.Join(" ", steps[i].Inputs.Distinct().Where(value => value >= inputs && IsLastUse(value, i)).Select(value => $"{names[value]}.Dispose();"));
            if (dead.Length > 0)
                lines.Add((dead, ""));
        }
    }

    private void WriteLines(List<(string Text, string Comment)> lines)
    {
        var width = Math.Min(100, lines.Where(line => line.Comment.Length > 0).Select(line => line.Text.Length).DefaultIfEmpty(0).Max());
        foreach (var (text, comment) in lines)
            code.Line(comment.Length == 0 ? text : $"{text.PadRight(width)} // {comment}");
    }

    // A value dies after the last step that reads it, unless it is a result.
    private bool IsLastUse(int value, int step) => lastUses[value] <= step;

    private int[] LastUses()
    {
        var last = Enumerable.Repeat(-1, network.Values.Count).ToArray();
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var value in steps[step].Inputs)
                last[value] = step;
        }

        foreach (var result in network.Results)
            last[result] = int.MaxValue;
        return last;
    }

    private void WriteStep(Step step, string[] names, List<(string Text, string Comment)> lines)
    {
        var output = step.Outputs.Count == 1 ? $"var {names[step.Outputs[0]]}" : $"var ({string.Join(", ", step.Outputs.Select(value => names[value]))})";
        var shape = string.Join(", ", step.Outputs.Select(value => network.Values[value].Shape));
        switch (step)
        {
            case LayerStep { Layer: { Module: not null } layer }:
                WriteBlock(layer, step, names, output, shape, lines);
                break;
            case LayerStep { Layer: var layer }:
                var input = names[step.Inputs[0]];
                var others = step.Inputs.Skip(1).Select(value => names[value]).ToArray();
                foreach (var (copy, _) in Copies(layer))
                {
                    var last = copy == (layer.Repeat ?? 1) - 1;
                    var made = last ? names[step.Outputs[0]] : Free($"{names[step.Outputs[0]].TrimStart('@')}{copy + 1}");
                    lines.Add(($"var {made} = {Expression(layer, copy, step, [input, .. others])};", shape));
                    if (layer.Block is { } function && copy == 0)
                        lines.Add(($"{Fits(function)} = {Fits(function)} || Require.Shape({made}, [{string.Join(", ", Promised(function, [input, .. others]))}], {Quote($"{Plan.Record.Name}: {function.Name}.Apply")});", ""));
                    if (copy > 0)
                        lines.Add(($"{input}.Dispose();", ""));
                    input = made;
                }

                break;
            case FusedStep fused:
                lines.Add(($"{output} = {Expression(fused, names)};", shape));
                break;
            case LinearStep linear:
                lines.Add(($"{output} = {Expression(linear, names)};", shape));
                break;
            case CombineStep combine:
                var (left, right) = (Spread(combine.Left, combine.Right, names, lines), Spread(combine.Right, combine.Left, names, lines));
                lines.Add(($"{output} = {left} {combine.Operator} {right};", shape));
                foreach (var spread in new[] { left, right }.Except(names))
                    lines.Add(($"{spread}.Dispose();", ""));
                break;
            case NumberStep number:
                var (value, scalar) = (names[number.Value], Number(number.Number));
                lines.Add(($"{output} = {(number.NumberFirst ? $"{scalar} {number.Operator} {value}" : $"{value} {number.Operator} {scalar}")};", shape));
                break;
            case NegateStep negate:
                lines.Add(($"{output} = -{names[negate.Value]};", shape));
                break;
            case CatStep cat:
                lines.Add(($"{output} = cat([{string.Join(", ", cat.Items.Select(item => names[item]))}], 1);", shape));
                break;
        }
    }

    private string Expression(LayerPlan layer, int copy, Step step, string[] inputs) => layer.Block is { } function
        ? $"{TypeOf(function)}.Apply({string.Join(", ", inputs)})"
        : LayerKind.Find(layer.Kind)!.Write(layer, network.Values[step.Inputs[0]].Shape, network.Values[step.Outputs[0]].Shape,
            new LayerCode(inputs, parameter => Field(layer, copy, parameter), (word, sizes) => Constant(layer, word, sizes)));

    private string Expression(FusedStep step, string[] names)
    {
        var (norm, text) = (step.Norm, $"Images.NormSiLUConv2d({names[step.X]}, {step.Norm.Size("groups").ToCode()}, {Field(step.Norm, 0, "weight")}, {Field(step.Norm, 0, "bias")}");
        if (step.Convolution is { } convolution)
            text += $", {Field(convolution, 0, "weight")}{(convolution.Flag("bias", true) ? ", " + Field(convolution, 0, "bias") : "")}";
        if (norm.Has("epsilon"))
            text += $", epsilon: {Number(norm.Number("epsilon", 1e-5))}";
        if (step.Shift is { } shift)
            text += $", shift: {names[shift]}";
        if (step.Dropout is { } dropout)
            text += $", dropout: training ? {Number(dropout.Number("probability", 0))} : 0";
        if (step.Residual is { } residual)
            text += $", residual: {names[residual]}";
        return step.Scale == 1 ? text + ")" : $"{text}, scale: {Number(step.Scale)})";
    }

    private string Expression(LinearStep step, string[] names) =>
        $"Linears.Of({names[step.Inputs[0]]}, {Field(step.Linear, 0, "weight")}{(step.Linear.Flag("bias", true) ? ", " + Field(step.Linear, 0, "bias") : "")}{(step.Act is null ? "" : ", silu: true")}{(step.Inputs.Count > 1 ? ", second: " + names[step.Inputs[1]] : "")})";

    // The sizes of a function's result, where the sizes of its inputs tell them; -1 where not.
    private static IEnumerable<string> Promised(BlockContract function, string[] inputs)
    {
        var sizes = new Dictionary<string, Dim>();
        NetworkChecker.Bind(function.Inputs, [.. inputs.Select((input, i) => Shape.Of(Enumerable.Range(0, function.Inputs[i].Rank).Select(axis => Dim.Of($"{input}.shape[{axis}]"))))], sizes);

        return function.Outputs[0].Sizes.Select(size => size.Names.All(sizes.ContainsKey) ? size.With(sizes).ToCode() : "-1");
    }

    private void WriteBlock(LayerPlan layer, Step step, string[] names, string output, string shape, List<(string Text, string Comment)> lines)
    {
        var inputs = step.Inputs.Select(value => names[value]).ToArray();
        if (layer.Repeat is null)
        {
            var call = $"{Escape(layer.Name)}.call({string.Join(", ", inputs)})";
            lines.Add(($"{output} = {call};", shape));
            return;
        }

        var made = names[step.Outputs[0]];
        var others = string.Concat(inputs.Skip(1).Select(input => ", " + input));
        lines.Add(($"{output} = {Escape(layer.Name)}[0].call({inputs[0]}{others});", $"{shape}, {layer.Repeat} times"));
        if (layer.Repeat > 1)
        {
            lines.Add(($"for (var i = 1; i < {Escape(layer.Name)}.Count; i++)\n{{\n    var last = {made};\n    {made} = {Escape(layer.Name)}[i].call(last{others});\n    last.Dispose();\n}}", ""));
        }
    }

    // Axes align from the left: what has fewer gets ones at the right.
    private string Spread(int value, int other, string[] names, List<(string Text, string Comment)> lines)
    {
        var (shape, wide) = (network.Values[value].Shape, network.Values[other].Shape);
        if (shape.Rank >= wide.Rank)
            return names[value];
        var ones = string.Concat(Enumerable.Repeat(", 1", wide.Rank - shape.Rank));
        var spread = Free($"{names[value].TrimStart('@')}Spread");
        var spreadShape = $"[{string.Join(", ", shape.Sizes)}{ones}]";
        if (network.InOrder.Any(found => LayerKind.Find(found.Layer.Kind)?.PreservesMagnitude == true))
        {
            lines.Add(($"var {spread} = MagnitudePreserving.Spread({names[value]}, {names[other]});", spreadShape));
            return spread;
        }

        lines.Add(($"var {spread} = {names[value]}.view({string.Join(", ", shape.Sizes.Select((size, axis) => axis == 0 ? "-1" : size.IsOver(parameters) ? size.ToCode() : $"{names[value]}.shape[{axis}]"))}{ones});", spreadShape));
        return spread;
    }

    private string? Where(InputPlan[] inputs, string[] names, string axis)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            for (var j = 0; j < inputs[i].Sizes.Count; j++)
            {
                if (inputs[i].Sizes[j] == Dim.Of(axis))
                    return $"{names[i]}.shape[{j}]";
            }
        }

        return null;
    }

    private string[] Name(InputPlan[] inputs) => [.. network.Values.Select((value, i) =>
    {
        var isInput = i < inputs.Length;
        var clashes = taken.Contains(value.Name) || (!isInput && Escape(value.Name) != value.Name);
        return Escape(Free(clashes ? value.Name + (isInput ? "In" : "Out") : value.Name));
    })];

    private string Free(string name)
    {
        var free = name;
        for (var i = 2; !taken.Add(free); i++)
            free = name + i;
        return free;
    }

    private string Constant(LayerPlan layer, string word, EquatableArray<Dim> sizes)
    {
        if (sizes.Any(size => size.Value is null))
            return $"[{string.Join(", ", sizes.Select(size => size.ToCode()))}]";
        var name = (layer.IsFunction ? layer.Kind : layer.Name) + char.ToUpperInvariant(word[0]) + word.Substring(1);
        if (constants.FirstOrDefault(each => each.Name.StartsWith(name, StringComparison.Ordinal) && each.Sizes.Equals(sizes)) is { Name: { } known })
            return known;
        constants.Add((Free(name), sizes));
        return constants[constants.Count - 1].Name;
    }

    private static IEnumerable<(int Copy, string Path)> Copies(LayerPlan layer) => layer.Repeat is { } times
        ? Enumerable.Range(0, times).Select(copy => (copy, $"{layer.Name}.{copy}"))
        : [(0, layer.Place ?? layer.Name)];

    // What a layer is called in comments: where its parameters lie, unless they lie among those of the network itself.
    private static string PlaceOf(LayerPlan layer) => layer.Place is { Length: > 0 } place && !place.EndsWith("_", StringComparison.Ordinal) ? place : layer.Name;

    private ParameterPlan[] Owned(LayerPlan layer) => owned[layer.Name];

    // Whether a user's function has kept its promise once.
    private string Fits(BlockContract function) => fields[(function.FullName, 0, "fits")];

    private string Field(LayerPlan layer, int copy, string parameter) => fields[(layer.Name, copy, parameter)];

    private static string FieldName(LayerPlan layer, int copy, string parameter) =>
        char.ToLowerInvariant(layer.Name[0]) + layer.Name.Substring(1) + (layer.Repeat is null ? "" : copy.ToString()) + string.Concat(parameter.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word.Substring(1)));

    // Whether it is a class that is written inside this record.
    private bool IsInside(BlockContract block) => block.FullName.StartsWith(Plan.Record.FullName + ".", StringComparison.Ordinal);

    // Short where nothing else of that name is near.
    private string TypeOf(BlockContract block) =>
        IsInside(block) ? block.FullName.Substring(Plan.Record.FullName.Length + 1) :
        block.FullName == $"global::{Plan.Record.Namespace}.{block.Name}" && Plan.Layer(block.Name) is null ? EscapeType(block.Name) : block.FullName;

    private static string Given(LayerPlan layer) => string.Join(", ", layer.Sizes("arguments").Select(size => size.ToCode()));

    private string Arguments(string more = "") => string.Join(", ", Plan.Parameters.Select(name => "int " + Escape(name)).Concat(more.Length > 0 ? [more] : []));

    // A long term says less than the names in it.
    private static string Size(Dim size) => size.Value is { } number ? number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)
        : size.ToString() is { Length: < 60 } term ? term
        : $"as many as {string.Join(", ", size.Names)} say,";

    private static string Counted(Dim count) => count.Value switch
    {
        0 => "no parameters",
        1 => "1 parameter",
        { } number => number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture) + " parameters",
        null => $"{count} parameters",
    };
}

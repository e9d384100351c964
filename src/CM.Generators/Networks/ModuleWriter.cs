using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;
using static CM.Generators.Networks.ModuleNames;

namespace CM.Generators.Networks;

/// <summary>Writes the class <c>Module</c> of a network: fields, layout, constructor and forward pass.</summary>
internal sealed class ModuleWriter(CheckedNetwork network, CodeWriter code, ModuleNames names)
{
    private NetworkPlan Plan => network.Plan;

    public void Write()
    {
        var inputs = network.Inputs.ToArray();
        var result = network.Results.Count > 1 ? $"({string.Join(", ", network.Results.Select(_ => "Tensor"))})" : "Tensor";
        var record = Plan.Record.Code.Replace('<', '{').Replace('>', '}');
        code.Line($"/// <summary><see cref=\"{record}\"/> as a TorchSharp module: {Xml(network.Signature)}, {CheckedNetwork.Counted(network.Count)}.</summary>")
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
        code.Line(NetworkWriter.Stamp);
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
        var message = $"\"{Plan.Record.Name} does not fit together ({network.Findings.FirstOrDefault(finding => finding.IsError)?.Rule ?? "one of its blocks does not"}).\"";
        code.Line($"public static ParameterLayout Layout({names.Arguments()}) => throw new NotSupportedException({message});")
            .Line()
            .Line($"public Module({names.Arguments("ParameterScope parameters")}) : base({Quote(Plan.Record.Name)}) => throw new NotSupportedException({message});")
            .Line()
            .Line($"public override {result} forward({string.Join(", ", inputs.Select(input => "Tensor " + Escape(input.Name)))}) => throw new NotSupportedException({message});");
    }

    private void WriteWorking(InputPlan[] inputs, string result)
    {
        WriteFields();
        WriteLayout();
        WriteConstructor();
        var forward = new ForwardWriter(network, code, names);
        forward.Write(result);
        code.Line().Line("// Every parameter has been registered by name; there is nothing to look for.").Line("protected override void RegisterComponents()").Line("{").Line("}");
        foreach (var (name, sizes) in forward.Constants)
            code.Line().Line($"private static readonly long[] {name} = [{string.Join(", ", sizes.Select(size => size.ToCode()))}];");
    }

    private void WriteFields()
    {
        foreach (var name in Plan.Parameters)
            code.Line($"private readonly int {Escape(name)};");
        if (names.Context is { } context)
            code.Line($"private readonly StepContext {context};");
        foreach (var layer in Plan.Layers)
        {
            foreach (var (copy, _) in Copies(layer))
            {
                foreach (var parameter in names.Owned(layer))
                    code.Line($"private readonly {(parameter.Fixed ? "Tensor" : "Parameter")} {names.Field(layer, copy, parameter.Name)}; // {Shape.Of(parameter.Shape)}");
            }
        }

        foreach (var function in names.OwnFunctions)
            code.Line($"private bool {names.Fits(function)};");

        code.Line();
        foreach (var found in network.Layers.Where(found => found.Layer.Module is not null))
        {
            var layer = found.Layer;
            code.Line($"/// <summary>{Xml(found.Kind)}</summary>")
                .Line($"public {(layer.Repeat is null ? $"{names.TypeOf(layer.Module!)}.Module" : $"ModuleList<{names.TypeOf(layer.Module!)}.Module>")} {Escape(layer.Name)} {{ get; }}")
                .Line();
        }
    }

    private void WriteLayout()
    {
        code.Line($"/// <summary>Names, shapes and starts of the {CheckedNetwork.Counted(network.Count)}.</summary>")
            .Line($"public static ParameterLayout Layout({names.Arguments()}) => new ParameterLayout()");
        var lines = new List<string>();
        foreach (var layer in Plan.Layers)
        {
            foreach (var (_, path) in Copies(layer))
            {
                if (layer.Module is { } block)
                    lines.Add($".AddBlock(\"{path}\", {names.TypeOf(block)}.Module.Layout({Given(layer)}))");
                foreach (var parameter in names.Owned(layer))
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
        using (code.Braces($"public Module({names.Arguments("ParameterScope parameters")}) : base({Quote(Plan.Record.Name)})"))
        {
            foreach (var name in Plan.Parameters)
                code.Line($"this.{Escape(name)} = {Escape(name)};");
            if (names.Context is { } context)
                code.Line($"{context} = parameters.Context;");
            foreach (var constraint in network.Constraints.Where(constraint => constraint.Kind != ConstraintKind.AtLeast && constraint.Left.IsOver(names.Parameters) && constraint.Right.IsOver(names.Parameters)))
            {
                var holds = constraint.Kind == ConstraintKind.Divides ? $"({constraint.Right.ToCode()}) % ({constraint.Left.ToCode()}) == 0" : $"{constraint.Left.ToCode()} == {constraint.Right.ToCode()}";
                code.Line($"Require.That({holds}, {Quote($"{Plan.Record.Name}: {constraint.MessageArguments} (CM2009)")});");
            }

            foreach (var layer in Plan.Layers)
            {
                foreach (var (copy, path) in Copies(layer))
                {
                    foreach (var parameter in names.Owned(layer))
                    {
                        code.Line(parameter.Fixed
                            ? $"register_buffer(\"{ParameterPlan.At(path, parameter.Name)}\", {names.Field(layer, copy, parameter.Name)} = parameters.Buffer(\"{ParameterPlan.At(path, parameter.Name)}\"));"
                            : $"register_parameter(\"{ParameterPlan.At(path, parameter.Name)}\", {names.Field(layer, copy, parameter.Name)} = parameters[\"{ParameterPlan.At(path, parameter.Name)}\"]);");
                    }
                }

                if (layer.Module is not { } block)
                    continue;
                var given = block.Parameters.Count > 0 ? Given(layer) + ", " : "";
                var copies = Copies(layer).Select(each => $"new {names.TypeOf(block)}.Module({given}parameters.Block(\"{each.Path}\"))").ToArray();
                code.Line(layer.Repeat is null ? $"{Escape(layer.Name)} = {copies[0]};" : $"{Escape(layer.Name)} = new(\n    {string.Join(",\n    ", copies)});");
                if (layer.Place is null)
                    code.Line($"register_module(\"{layer.Name}\", {Escape(layer.Name)});");
            }

            foreach (var group in Plan.Layers.Where(layer => layer is { Place: not null, Module: not null }).GroupBy(layer => layer.Place!.Split('.')[0]))
                code.Line($"register_module(\"{group.Key}\", nn.ModuleDict<nn.Module>(\n    {string.Join(",\n    ", group.Select(layer => $"(\"{layer.Place!.Substring(group.Key.Length + 1)}\", {layer.Name})"))}));");
        }

        code.Line();
    }
}

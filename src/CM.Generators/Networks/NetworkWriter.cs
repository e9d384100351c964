using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Networks;

/// <summary>Writes a network's part: its layers as values, its parameters, its forward pass.</summary>
internal sealed class NetworkWriter
{
    private static readonly string[] Usings =
        ["System", "System.CodeDom.Compiler", "CM.Dsl", "CM.Runtime", "TorchSharp", "TorchSharp.Modules", "static TorchSharp.torch", "static TorchSharp.torch.nn"];

    internal static readonly string Stamp = "[GeneratedCode(\"CM.Generators\", \"" + typeof(NetworkWriter).Assembly.GetName().Version + "\")]";

    private readonly CheckedNetwork network;
    private readonly CodeWriter code;
    private readonly ModuleNames names;

    private NetworkWriter(CheckedNetwork network, CodeWriter code) => (this.network, this.code, names) = (network, code, new(network));

    private NetworkPlan Plan => network.Plan;

    /// <summary>The text of the generated file.</summary>
    public static string Write(CheckedNetwork network)
    {
        var found = !network.Fits ? "does not fit together yet" : $"{network.Signature}, {CheckedNetwork.Counted(network.Count)}";
        var hover = network.Fits ? $"/// <remarks>{Xml($"{network.Signature} · {CheckedNetwork.Counted(network.Count)} · for each example {Size(network.Work)} multiply-adds and {Size(network.Activations * 4)} bytes of activations")}</remarks>\n" : "";
        return CodeWriter.File($"{network.Plan.Record.Name}: {found}", network.Plan.Record, hover, Usings, code => new NetworkWriter(network, code).Write());
    }

    /// <summary>The text of the generated file of a layer that stands for a network of its own.</summary>
    /// <param name="owner">The record whose layer it is.</param>
    /// <param name="expansion">The network and its blocks.</param>
    public static string Write(RecordName owner, Expansion expansion) => CodeWriter.File(
        $"{expansion.Root.Plan.Record.Name}: {expansion.Root.Plan.Documentation} {expansion.Root.Signature}, {CheckedNetwork.Counted(expansion.Root.Count)}", owner, "", Usings, code =>
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
        code.Line("/// <summary>Layers and functions in the order in which the values flow through them.</summary>").Line(Stamp).Line("public Layer[] ListLayers() =>").Line("[");
        using (code.Indent())
        {
            foreach (var layer in network.InOrder)
                code.Line((layer.Layer.IsFunction ? Described(layer) : Escape(layer.Layer.Name)) + ",");
        }

        code.Line("];").Line();
        if (Plan.Parameters.Count == 0)
            WritePlan();
        new ModuleWriter(network, code, names).Write();
    }

    private void WritePart(CheckedLayer layer)
    {
        var (input, output) = (string.Join(", ", layer.Inputs), string.Join(", ", layer.Outputs));
        var found = layer.Outputs.Count > 0 ? $"{layer.Kind} · {input} → {output} · {CheckedNetwork.Counted(layer.Count)}" : layer.Kind;
        code.Line($"/// <summary>{(layer.Layer.Documentation.Length > 0 ? layer.Layer.Documentation + "<br/>" : "")}{Xml(found)}</summary>")
            .Line(Stamp)
            .Line($"{layer.Layer.Modifiers} Layer {Escape(layer.Layer.Name)} => {Described(layer)};")
            .Line();
    }

    private string Described(CheckedLayer layer) =>
        $"new({Quote(ModuleNames.PlaceOf(layer.Layer))}, {Filled(Filled(layer).Kind)}, {Filled(layer.Inputs)}, {Filled(layer.Outputs)}, {(network.Fits && !layer.Count.IsUnknown ? layer.Count.ToCode() : "-1")}){Nested(layer.Layer)}";

    // Content of a block.
    private string Nested(LayerPlan layer) => network.Fits && layer.Module is { } block
        ? $" {{ Layers = {(names.IsInside(block) ? $"{names.TypeOf(block)}.ListLayers({ModuleNames.Given(layer)})" : $"new {names.TypeOf(block)}({ModuleNames.Given(layer)}).ListLayers()")} }}"
        : "";

    private void WriteExpansion()
    {
        code.Line("/// <summary>The layers, for descriptions.</summary>").Line(Stamp).Line($"public static Layer[] ListLayers({names.Arguments()}) =>").Line("[");
        using (code.Indent())
        {
            foreach (var layer in network.InOrder)
                code.Line(Described(layer) + ",");
        }

        code.Line("];").Line();
        new ModuleWriter(network, code, names).Write();
    }

    // Text in which the record's parameters stand as the numbers they will be.
    private static string Filled(string text) => (text.Contains('{') ? "$" : "") + Quote(text);

    private string Filled(EquatableArray<Shape> shapes) => Filled(string.Join(", ", shapes.Select(shape => $"[{string.Join(", ", shape.Sizes.Select(size => Filled(size).ToString()))}]")));

    private Dim Filled(Dim size) => size.Value is null && size.IsOver(names.Parameters) ? Dim.Of($"{{{size.ToCode()}}}") : size;

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

    // A long term says less than the names in it.
    private static string Size(Dim size) => size.Value is { } number ? number.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)
        : size.ToString() is { Length: < 60 } term ? term
        : $"as many as {string.Join(", ", size.Names)} say,";
}

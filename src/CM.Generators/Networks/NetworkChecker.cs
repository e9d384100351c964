using CM.Generators.Diagnostics;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>Follows shapes through a network: declaration in, steps and findings out.</summary>
internal sealed class NetworkChecker : ValueChecker
{
    private readonly NetworkPlan plan;
    private readonly Dictionary<string, CheckedLayer> used = [];
    private readonly List<string> order = [];
    private readonly HashSet<string> broken = [];

    private NetworkChecker(NetworkPlan plan)
    {
        this.plan = plan;
        Findings.AddRange(plan.Findings);
    }

    public static CheckedNetwork Check(NetworkPlan plan) => new NetworkChecker(plan).Run();

    protected override int[] Pipe(PipeExpression pipe, int[] inputs)
    {
        if (pipe.Function is { } function)
        {
            Validate(function);
            return Apply(function, inputs, pipe.Site);
        }

        if (plan.Layer(pipe.Layer) is { } layer)
            return Apply(layer, inputs, pipe.Site);
        Findings.Add(new Finding("CM1004", pipe.Site, pipe.Layer, Spelling.Hint(pipe.Layer, plan.Layers.Select(each => each.Name))));
        return [Add(pipe.Layer, Shape.Unknown)];
    }

    private CheckedNetwork Run()
    {
        foreach (var layer in plan.Layers)
        {
            var before = Findings.Count;
            Validate(layer);
            if (Findings.Count > before || Findings.Any(finding => finding.Rule == "CM2014" && finding.Site == layer.Site))
                broken.Add(layer.Name);
        }

        var results = plan.Forward is { } forward ? Follow(forward) : plan.Chain is { } chain ? Follow(chain) : [];
        var layers = plan.Layers.Select(layer => used.TryGetValue(layer.Name, out var seen) ? seen : new CheckedLayer(layer, [], [], CountOf(layer), 0)).ToEquatable();
        if (plan.Forward is not null && !Findings.Any(finding => finding.Rule is "CM1003" or "CM1004"))
        {
            foreach (var layer in layers.Where(layer => layer.Inputs.Count == 0))
                Findings.Add(new Finding("CM1005", layer.Layer.Site, layer.Layer.Name));
        }

        var open = Constraints.Where(constraint => constraint.Fit.Verdict == FitVerdict.OnlyIf).GroupBy(constraint => (constraint.Kind, constraint.Left, constraint.Right, constraint.Kind == ConstraintKind.AtLeast ? 0 : constraint.Site)).Select(same => same.First()).ToArray();
        foreach (var place in open.Where(constraint => constraint.Kind != ConstraintKind.AtLeast && Axes(constraint).Any()).GroupBy(constraint => (constraint.Site, constraint.Fit.Divisor)))
            Findings.Add(new Finding("CM2009", place.Key.Site, string.Join(", ", place.Select(constraint => constraint.MessageArguments).Distinct()), string.Join(" and ", place.SelectMany(Axes).Distinct()), place.Key.Divisor.ToString()));

        return new(plan, Values.ToEquatable(), Steps.ToEquatable(), results.ToEquatable(), layers, Findings.Distinct().ToEquatable(), open.ToEquatable())
        {
            InOrder = order.Select(use => used[use]).Concat(layers.Where(layer => !used.ContainsKey(layer.Layer.Name))).ToEquatable(),
        };
    }

    private void Validate(LayerPlan layer) => LayerKind.Find(layer.Kind)?.Validate(layer, Checker(layer, layer.Site, []));

    // Names of axes that stay open; the record's parameters are checked where the block is used.
    private IEnumerable<string> Axes(Constraint constraint) => constraint.Names.Where(name => !plan.Parameters.Contains(name));

    // Without Forward, the layers follow each other.
    private int[] Follow(InputPlan chain)
    {
        int[] current = [Add(chain.Name, Shape.Of(chain.Sizes))];
        foreach (var layer in plan.Layers)
            current = Apply(layer, current, layer.Site);
        return current;
    }

    private int[] Apply(LayerPlan layer, int[] inputs, int site)
    {
        var shapes = inputs.Select(input => Values[input].Shape).ToArray();
        var outputs = shapes.Any(shape => shape.IsUnknown) ? null
            : ContractOf(layer) is { } block ? Enter(layer, block, inputs, shapes, site)
            : LayerKind.NeedsContract(layer) ? null
            : Pass(layer, inputs, shapes, site);
        if (outputs is not null && layer.Repeat > 1 && !Repeats(layer, shapes[0], outputs, site))
            outputs = null;
        Use(layer, shapes, outputs ?? [], outputs is null ? 0 : WorkOf(layer, shapes, outputs));
        var name = Lower(!layer.IsFunction ? layer.Name : layer.Block?.Name ?? layer.Kind);
        if (outputs is null)
            return [.. Enumerable.Range(0, Math.Max(1, layer.Block?.Outputs.Count ?? 1)).Select(_ => Add(name, Shape.Unknown))];
        int[] made = [.. outputs.Select((shape, i) => Add(outputs.Length == 1 ? name : $"{name}{i + 1}", shape))];
        Make(new LayerStep(layer, inputs.ToEquatable(), made.ToEquatable()));
        return made;
    }

    // A layer keeps the shapes of its first use; a function is told apart by its shapes.
    private void Use(LayerPlan layer, Shape[] inputs, Shape[] outputs, Dim work)
    {
        var use = layer.IsFunction ? $"{layer.Name}: {string.Join(", ", inputs)} → {string.Join(", ", outputs)}" : layer.Name;
        if (!used.TryGetValue(use, out var before))
            order.Add(use);
        used[use] = before is null ? new(layer, inputs.ToEquatable(), outputs.ToEquatable(), CountOf(layer), work) : before with { Work = before.Work + work };
    }

    // Numbers that are wrong make no network.
    private BlockContract? ContractOf(LayerPlan layer) =>
        LayerKind.Find(layer.Kind) is not { IsNetwork: true } kind ? layer.Block
        : broken.Contains(layer.Name) ? null
        : kind.Contract(layer);

    private Shape[]? Pass(LayerPlan layer, int[] inputs, Shape[] shapes, int site)
    {
        if (LayerKind.Find(layer.Kind) is not { } kind)
            return null;
        if (inputs.Length != kind.Inputs)
        {
            Findings.Add(new Finding("CM2012", site, $"'{layer.Name}'", kind.Inputs.ToString(), inputs.Length.ToString()));
            return null;
        }

        var output = kind.Infer(layer, shapes[0], Checker(layer, site, [.. inputs.Select(input => Values[input])]));
        return output.IsUnknown ? null : [output];
    }

    private Shape[]? Enter(LayerPlan layer, BlockContract block, int[] inputs, Shape[] shapes, int site)
    {
        if (inputs.Length != block.Inputs.Count)
        {
            Findings.Add(new Finding("CM2012", site, $"'{layer.Name}'", block.Inputs.Count.ToString(), inputs.Length.ToString()));
            return null;
        }

        var sizes = BlockSizes.Of(layer, block, shapes);
        var fits = true;
        for (var i = 0; i < inputs.Length; i++)
        {
            var wanted = block.Inputs[i];
            if (wanted.Rank != shapes[i].Rank)
            {
                Findings.Add(new Finding("CM2005", site, layer.Name, wanted.With(sizes).ToString(), Values[inputs[i]].Name, shapes[i].ToString(), $"it has {shapes[i].Rank} axes instead of {wanted.Rank}", "") { See = SeeAlso(layer, block) });
                fits = false;
                continue;
            }

            var wrong = new List<string>();
            for (var axis = 0; axis < wanted.Rank; axis++)
            {
                if (wanted[axis].Size.Names.FirstOrDefault(name => !sizes.ContainsKey(name)) is { } open)
                {
                    wrong.Add($"{wanted.NameOf(axis)} does not tell what {open} is");
                    continue;
                }

                var size = wanted[axis].Size.With(sizes);
                Match(size, shapes[i][axis].Size, () => $"{wanted.NameOf(axis)} is {shapes[i][axis].Size} but must be {size}", () => $"'{layer.Name}' gets the {wanted.NameOf(axis)} it wants", site, wrong);
            }

            if (wrong.Count == 0)
                continue;
            Findings.Add(new Finding("CM2005", site, layer.Name, wanted.With(sizes).ToString(), Values[inputs[i]].Name, shapes[i].ToString(), string.Join(", ", wrong), Causes(shapes[i], wanted.With(sizes))) { See = SeeAlso(layer, block) });
            fits = false;
        }

        foreach (var constraint in block.Constraints.Select(constraint => constraint.With(sizes, layer.Site)))
        {
            if (constraint.Fit.Verdict == FitVerdict.OnlyIf)
            {
                Constraints.Add(constraint);
            }
            else if (constraint.Fit.Verdict == FitVerdict.Never)
            {
                Findings.Add(new Finding("CM2011", layer.Site, layer.Name, block.Name, constraint.MessageArguments, constraint.Contradiction) { See = [block.Site] });
                fits = false;
            }
        }

        return fits ? [.. block.Outputs.Select(output => new Shape([.. output.With(sizes).Axes.Select((axis, i) => shapes[0].Rank > i && shapes[0][i].Size == axis.Size ? shapes[0][i] : Axis.Made(axis.Size, layer.Name))]))] : null;
    }

    private static EquatableArray<int> SeeAlso(LayerPlan layer, BlockContract block) => layer.IsFunction ? [block.Site] : [layer.Site, block.Site];

    private bool Repeats(LayerPlan layer, Shape input, Shape[] outputs, int site)
    {
        if (outputs.Length == 1 && outputs[0].Rank == input.Rank && Differences(outputs[0], input, site).Count == 0)
            return true;
        Findings.Add(new Finding("CM2010", site, layer.Name, input.ToString(), string.Join(", ", outputs)) { See = [layer.Site] });
        return false;
    }

    private static Dim CountOf(LayerPlan layer)
    {
        var one = layer.Block is { } block
            ? block.Count.With(BlockSizes.Of(layer, block))
            : LayerKind.Find(layer.Kind)?.Parameters(layer).Where(each => !each.Fixed).Aggregate((Dim)0, (sum, each) => sum + each.Count) ?? 0;
        return one * (layer.Repeat ?? 1);
    }

    private static Dim WorkOf(LayerPlan layer, Shape[] inputs, Shape[] outputs)
    {
        if (layer.Block is not { } block)
            return (LayerKind.Find(layer.Kind)?.Work(layer, inputs[0], outputs[0]) ?? 0) * (layer.Repeat ?? 1);
        return block.Work.With(BlockSizes.Of(layer, block, inputs)) * (layer.Repeat ?? 1);
    }

    private LayerCheck Checker(LayerPlan layer, int site, IReadOnlyList<ShapedValue> inputs) => new(layer, site, inputs, Findings, Constraints);

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}

using CM.Generators.Diagnostics;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>Follows shapes through a network: declaration in, steps and findings out. One mistake gives one finding: what follows from it is unknown and silent.</summary>
internal sealed class NetworkChecker
{
    private readonly NetworkPlan plan;
    private readonly List<Problem> problems;
    private readonly List<Duty> duties = [];
    private readonly List<FlowValue> values = [];
    private readonly List<Step> steps = [];
    private readonly Dictionary<string, int[]> named = [];
    private readonly Dictionary<string, CheckedLayer> used = [];
    private readonly HashSet<string> broken = [];
    private string section = "";

    private NetworkChecker(NetworkPlan plan)
    {
        this.plan = plan;
        problems = [.. plan.Problems];
    }

    public static CheckedNetwork Check(NetworkPlan plan) => new NetworkChecker(plan).Run();

    private CheckedNetwork Run()
    {
        foreach (var layer in plan.Layers)
        {
            var before = problems.Count;
            LayerKind.Find(layer.Kind)?.Validate(layer, Checker(layer, layer.Site, []));
            if (problems.Count > before || problems.Any(problem => problem.Rule == "CM2014" && problem.Site == layer.Site))
                broken.Add(layer.Name);
        }

        var results = plan.Forward is { } forward ? Follow(forward) : plan.Chain is { } chain ? Follow(chain) : [];
        var layers = plan.Layers.Select(layer => used.TryGetValue(layer.Name, out var seen) ? seen : new CheckedLayer(layer, [], [], CountOf(layer), 0)).ToEquatable();
        if (plan.Forward is not null && !problems.Any(problem => problem.Rule is "CM1003" or "CM1004"))
        {
            foreach (var layer in layers.Where(layer => layer.Inputs.Count == 0))
                problems.Add(new Problem("CM1005", layer.Layer.Site, layer.Layer.Name));
        }

        var open = duties.Where(duty => duty.Fit.Verdict == FitVerdict.OnlyIf).GroupBy(duty => (duty.Kind, duty.Left, duty.Right, duty.Kind == DutyKind.AtLeast ? 0 : duty.Site)).Select(same => same.First()).ToArray();
        foreach (var place in open.Where(duty => duty.Kind != DutyKind.AtLeast && Axes(duty).Any()).GroupBy(duty => (duty.Site, duty.Fit.Divisor)))
            problems.Add(new Problem("CM2009", place.Key.Site, string.Join(", ", place.Select(duty => duty.Words).Distinct()), string.Join(" and ", place.SelectMany(Axes).Distinct()), place.Key.Divisor.ToString()));

        return new(plan, values.ToEquatable(), steps.ToEquatable(), results.ToEquatable(), layers, problems.Distinct().ToEquatable(), open.ToEquatable());
    }

    // Names of axes that stay open; the record's parameters are checked where the block is used.
    private IEnumerable<string> Axes(Duty duty) => duty.Names.Where(name => !plan.Parameters.Contains(name));

    private int[] Follow(ForwardPlan forward)
    {
        foreach (var input in forward.Inputs)
            named[input.Name] = [Add(input.Name, Shape.Of(input.Sizes))];
        foreach (var binding in forward.Bindings)
        {
            section = binding.Section;
            var made = Follow(binding.Value);
            if (binding.Names.Count == 1)
            {
                named[binding.Names[0]] = made;
                if (made.Length == 1)
                    Rename(made[0], binding.Names[0], forward);
                continue;
            }

            if (made.Length != binding.Names.Count)
            {
                if (made.Length > 0 && !made.Any(value => values[value].Shape.IsUnknown))
                    problems.Add(new Problem("CM2012", binding.Site, $"({string.Join(", ", binding.Names)})", binding.Names.Count.ToString(), made.Length.ToString()));
                made = [.. binding.Names.Select(name => Add(name, Shape.Unknown))];
            }

            for (var i = 0; i < made.Length; i++)
            {
                named[binding.Names[i]] = [made[i]];
                Rename(made[i], binding.Names[i], forward);
            }
        }

        section = "";
        var results = Follow(forward.Result);
        Compare(forward, results);
        return results;
    }

    // Inputs keep their names.
    private void Rename(int value, string name, ForwardPlan forward)
    {
        if (value >= forward.Inputs.Count)
            values[value] = values[value] with { Name = name };
    }

    // Without Forward, the layers follow each other.
    private int[] Follow(InputPlan chain)
    {
        int[] current = [Add(chain.Name, Shape.Of(chain.Sizes))];
        foreach (var layer in plan.Layers)
            current = Apply(layer, current, layer.Site, layer.Site);
        return current;
    }

    private void Compare(ForwardPlan forward, int[] results)
    {
        if (forward.Outputs.Count == 0 || results.Any(result => values[result].Shape.IsUnknown) || results.Length == 0)
            return;
        if (results.Length != forward.Outputs.Count)
        {
            problems.Add(new Problem("CM2012", forward.Result.Site, "the result of Forward", forward.Outputs.Count.ToString(), results.Length.ToString()));
            return;
        }

        for (var i = 0; i < results.Length; i++)
        {
            var declared = Shape.Of(forward.Outputs[i]);
            var actual = values[results[i]].Shape;
            var wrong = declared.Rank != actual.Rank
                ? [$"it has {actual.Rank} axes instead of {declared.Rank}"]
                : Differences(actual, declared, forward.Result.Site).ToArray();
            if (wrong.Length > 0)
            {
                problems.Add(new Problem("CM2006", forward.Result.Site, actual.ToString(), declared.ToString(), string.Join(", ", wrong), Causes(actual, declared))
                {
                    See = [forward.OutputSite],
                });
            }
        }
    }

    private int[] Follow(FlowExpression expression)
    {
        switch (expression)
        {
            case FlowName name:
                if (named.TryGetValue(name.Name, out var known))
                    return known;
                problems.Add(new Problem("CM1004", name.Site, name.Name, Nearest(name.Name, named.Keys)));
                return [Add(name.Name, Shape.Unknown)];

            case FlowPipe pipe:
                var inputs = Follow(pipe.Input);
                if (plan.Layer(pipe.Layer) is { } layer)
                    return Apply(layer, inputs, pipe.Site, pipe.Input.Site);
                problems.Add(new Problem("CM1004", pipe.Site, pipe.Layer, Nearest(pipe.Layer, plan.Layers.Select(each => each.Name))));
                return [Add(pipe.Layer, Shape.Unknown)];

            case FlowBinary { Left: FlowNumber number } binary:
                return Single(binary.Right, value => Numeric(binary.Operator, value, number.Value, numberFirst: true));

            case FlowBinary { Right: FlowNumber number } binary:
                return Single(binary.Left, value => Numeric(binary.Operator, value, number.Value, numberFirst: false));

            case FlowBinary binary:
                return Single(binary.Left, left => Single(binary.Right, right => Combine(binary, left, right))[0]);

            case FlowNegate negate:
                return Single(negate.Operand, value => Make(new NegateStep(value, Add("negative", values[value].Shape))));

            case FlowCat cat:
                return [Join(cat, [.. cat.Items.Select(item => Single(item, value => value)[0])])];

            case FlowTuple tuple:
                return [.. tuple.Items.Select(item => Single(item, value => value)[0])];

            case FlowNumber number:
                problems.Add(new Problem("CM1003", number.Site, "Forward", "a number by itself; write it where it is added or multiplied"));
                return [Add("number", Shape.Unknown)];

            default:
                return [Add("nothing", Shape.Unknown)];
        }
    }

    // Everything but a pipe and a result takes one value at a time.
    private int[] Single(FlowExpression expression, Func<int, int> use)
    {
        var made = Follow(expression);
        if (made.Length == 1)
            return [use(made[0])];
        problems.Add(new Problem("CM2012", expression.Site, "this place", "1", made.Length.ToString()));
        return [Add("several", Shape.Unknown)];
    }

    private int Numeric(char sign, int value, double number, bool numberFirst) =>
        Make(new NumberStep(sign, value, number, numberFirst, Add(sign == '*' ? "scaled" : "shifted", values[value].Shape)));

    private int Combine(FlowBinary binary, int left, int right)
    {
        var (a, b) = (values[left].Shape, values[right].Shape);
        var name = binary.Operator switch { '+' => "sum", '-' => "difference", _ => "product" };
        if (a.IsUnknown || b.IsUnknown)
            return Add(name, Shape.Unknown);

        var (big, small) = a.Rank >= b.Rank ? (a, b) : (b, a);
        var axes = big.Axes.ToArray();
        var wrong = new List<string>();
        for (var i = 0; i < small.Rank; i++)
        {
            if (big[i].Size.Value == 1)
                axes[i] = small[i];
            else if (small[i].Size.Value != 1)
                Match(small[i].Size, big[i].Size, () => $"{big.NameOf(i)} is {a[i].Size} against {b[i].Size}", () => $"'{values[left].Name}' and '{values[right].Name}' have the same {big.NameOf(i)}", binary.Site, wrong);
        }

        if (wrong.Count == 0)
            return Make(new CombineStep(binary.Operator, left, right, Add(name, new Shape(axes))));
        problems.Add(new Problem("CM2004", binary.Site, binary.Operator.ToString(), values[left].Name, a.ToString(), values[right].Name, b.ToString(), string.Join(", ", wrong), Causes(a, b)));
        return Add(name, Shape.Unknown);
    }

    private int Join(FlowCat cat, int[] items)
    {
        var shapes = items.Select(item => values[item].Shape).ToArray();
        if (shapes.Any(shape => shape.IsUnknown))
            return Add("joined", Shape.Unknown);
        for (var i = 1; i < items.Length; i++)
        {
            var wrong = new List<string>();
            if (shapes[i].Rank != shapes[0].Rank || shapes[0].Rank < 2)
                wrong.Add(shapes[0].Rank < 2 ? "there is no channel axis" : $"one has {shapes[0].Rank} axes, the other {shapes[i].Rank}");
            for (var axis = 0; axis < shapes[0].Rank && wrong.Count < shapes[0].Rank && shapes[i].Rank == shapes[0].Rank; axis++)
            {
                if (axis != 1)
                    Match(shapes[0][axis].Size, shapes[i][axis].Size, () => $"{shapes[0].NameOf(axis)} is {shapes[0][axis].Size} against {shapes[i][axis].Size}", () => $"'{values[items[0]].Name}' and '{values[items[i]].Name}' have the same {shapes[0].NameOf(axis)}", cat.Items[i].Site, wrong);
            }

            if (wrong.Count == 0)
                continue;
            problems.Add(new Problem("CM2003", cat.Items[i].Site, values[items[0]].Name, shapes[0].ToString(), values[items[i]].Name, shapes[i].ToString(), string.Join(", ", wrong), Causes(shapes[0], shapes[i], skip: 1))
            {
                See = [cat.Items[0].Site],
            });
            return Add("joined", Shape.Unknown);
        }

        var channels = Axis.Joined([.. items.Select((item, i) => (values[item].Name, shapes[i][1]))]);
        return Make(new CatStep(items.ToEquatable(), Add("joined", shapes[0].Put(1, channels))));
    }

    private int[] Apply(LayerPlan layer, int[] inputs, int site, int inputSite)
    {
        var shapes = inputs.Select(input => values[input].Shape).ToArray();
        var outputs = shapes.Any(shape => shape.IsUnknown) ? null
            : ContractOf(layer) is { } block ? Enter(layer, block, inputs, shapes, site)
            : LayerKind.NeedsContract(layer) ? null
            : Pass(layer, inputs, shapes, site);
        if (outputs is not null && layer.Repeat > 1 && !Repeats(layer, shapes[0], outputs, site))
            outputs = null;
        if (outputs is null)
        {
            used[layer.Name] = used.TryGetValue(layer.Name, out var before) ? before : new(layer, shapes.ToEquatable(), [], CountOf(layer), 0);
            return [.. Enumerable.Range(0, Math.Max(1, layer.Block?.Outputs.Count ?? 1)).Select(_ => Add(Lower(layer.Name), Shape.Unknown))];
        }

        var work = WorkOf(layer, shapes, outputs);
        used[layer.Name] = used.TryGetValue(layer.Name, out var seen)
            ? seen with { Work = seen.Work + work }
            : new(layer, shapes.ToEquatable(), outputs.ToEquatable(), CountOf(layer), work);
        int[] made = [.. outputs.Select((shape, i) => Add(outputs.Length == 1 ? Lower(layer.Name) : $"{Lower(layer.Name)}{i + 1}", shape))];
        Make(new LayerStep(layer, inputs.ToEquatable(), made.ToEquatable()));
        return made;
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
            problems.Add(new Problem("CM2012", site, $"'{layer.Name}'", kind.Inputs.ToString(), inputs.Length.ToString()));
            return null;
        }

        var output = kind.Infer(layer, shapes[0], Checker(layer, site, [.. inputs.Select(input => values[input])]));
        return output.IsUnknown ? null : [output];
    }

    private Shape[]? Enter(LayerPlan layer, BlockContract block, int[] inputs, Shape[] shapes, int site)
    {
        if (inputs.Length != block.Inputs.Count)
        {
            problems.Add(new Problem("CM2012", site, $"'{layer.Name}'", block.Inputs.Count.ToString(), inputs.Length.ToString()));
            return null;
        }

        var sizes = Sizes(layer, block, shapes);
        var fits = true;
        for (var i = 0; i < inputs.Length; i++)
        {
            var wanted = block.Inputs[i];
            if (wanted.Rank != shapes[i].Rank)
            {
                problems.Add(new Problem("CM2005", site, layer.Name, wanted.With(sizes).ToString(), values[inputs[i]].Name, shapes[i].ToString(), $"it has {shapes[i].Rank} axes instead of {wanted.Rank}", "") { See = [layer.Site, block.Site] });
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
            problems.Add(new Problem("CM2005", site, layer.Name, wanted.With(sizes).ToString(), values[inputs[i]].Name, shapes[i].ToString(), string.Join(", ", wrong), Causes(shapes[i], wanted.With(sizes))) { See = [layer.Site, block.Site] });
            fits = false;
        }

        foreach (var duty in block.Duties.Select(duty => duty.With(sizes, layer.Site)))
        {
            if (duty.Fit.Verdict == FitVerdict.OnlyIf)
            {
                duties.Add(duty);
            }
            else if (duty.Fit.Verdict == FitVerdict.Never)
            {
                problems.Add(new Problem("CM2011", layer.Site, layer.Name, block.Name, duty.Words, duty.Contradiction) { See = [block.Site] });
                fits = false;
            }
        }

        return fits ? [.. block.Outputs.Select(output => new Shape([.. output.With(sizes).Axes.Select((axis, i) => shapes[0].Rank > i && shapes[0][i].Size == axis.Size ? shapes[0][i] : Axis.Made(axis.Size, layer.Name))]))] : null;
    }

    /// <summary>Names of a contract that are still free take the sizes that come in: N where 2*N+1 is wanted and 9 comes is 4.</summary>
    public static void Bind(EquatableArray<Shape> wanted, IReadOnlyList<Shape> actual, Dictionary<string, Dim> sizes)
    {
        var before = -1;
        while (before != sizes.Count)
        {
            before = sizes.Count;
            for (var i = 0; i < Math.Min(wanted.Count, actual.Count); i++)
            {
                for (var axis = 0; axis < Math.Min(wanted[i].Rank, actual[i].Rank); axis++)
                    Bind(wanted[i][axis].Size, actual[i][axis].Size, sizes);
            }
        }
    }

    private static void Bind(Dim size, Dim comes, Dictionary<string, Dim> sizes)
    {
        if (size.Value is not null)
            return;
        if (size.Name is { } name)
        {
            if (!sizes.ContainsKey(name))
                sizes[name] = comes;
            return;
        }

        string[] open = [.. size.Names.Where(each => !sizes.ContainsKey(each))];
        if (open.Length != 1)
            return;
        var free = open[0];
        var known = size.With(sizes);
        var rest = known.With(new Dictionary<string, Dim> { [free] = 0 });
        if ((known - rest).With(new Dictionary<string, Dim> { [free] = 1 }).Value is > 0 and var factor && known - rest == Dim.Of(free) * factor)
            sizes[free] = (comes - rest).Floor(factor);
    }

    private bool Repeats(LayerPlan layer, Shape input, Shape[] outputs, int site)
    {
        if (outputs.Length == 1 && outputs[0].Rank == input.Rank && Differences(outputs[0], input, site).Count == 0)
            return true;
        problems.Add(new Problem("CM2010", site, layer.Name, input.ToString(), string.Join(", ", outputs)) { See = [layer.Site] });
        return false;
    }

    private List<string> Differences(Shape actual, Shape wanted, int site)
    {
        var wrong = new List<string>();
        for (var axis = 0; axis < wanted.Rank; axis++)
            Match(wanted[axis].Size, actual[axis].Size, () => $"{wanted.NameOf(axis)} is {actual[axis].Size} but must be {wanted[axis].Size}", () => $"the result has the declared {wanted.NameOf(axis)}", site, wrong);
        return wrong;
    }

    private void Match(Dim left, Dim right, Func<string> difference, Func<string> need, int site, List<string> wrong)
    {
        var fit = Fit.Of(left, right);
        if (fit.Verdict == FitVerdict.Never)
            wrong.Add(difference());
        else if (fit.Verdict == FitVerdict.OnlyIf)
            duties.Add(new Duty(DutyKind.Equal, left, right, site, need()));
    }

    /// <summary>How the sizes that differ came about, as sentences with a space before each.</summary>
    private static string Causes(Shape left, Shape right, int skip = -1)
    {
        var causes = new List<string>();
        for (var axis = 0; axis < Math.Min(left.Rank, right.Rank); axis++)
        {
            if (axis == skip || Fit.Of(left[axis].Size, right[axis].Size).Verdict is FitVerdict.Always or FitVerdict.Unknown)
                continue;
            causes.Add(LayerCheck.Cause(left[axis]));
            causes.Add(LayerCheck.Cause(right[axis]));
        }

        return string.Concat(causes.Distinct());
    }

    private static Dim CountOf(LayerPlan layer)
    {
        var one = layer.Block is { } block
            ? block.Count.With(Sizes(layer, block))
            : LayerKind.Find(layer.Kind)?.Parameters(layer).Where(each => !each.Fixed).Aggregate((Dim)0, (sum, each) => sum + each.Count) ?? 0;
        return one * (layer.Repeat ?? 1);
    }

    private static Dim WorkOf(LayerPlan layer, Shape[] inputs, Shape[] outputs)
    {
        if (layer.Block is not { } block)
            return (LayerKind.Find(layer.Kind)?.Work(layer, inputs[0], outputs[0]) ?? 0) * (layer.Repeat ?? 1);
        return block.Work.With(Sizes(layer, block, inputs)) * (layer.Repeat ?? 1);
    }

    /// <summary>What a block's parameters and open axes are where it is used.</summary>
    public static Dictionary<string, Dim> Sizes(LayerPlan layer, BlockContract block, Shape[] inputs)
    {
        var sizes = Sizes(layer, block);
        Bind(block.Inputs, inputs, sizes);
        return sizes;
    }

    private static Dictionary<string, Dim> Sizes(LayerPlan layer, BlockContract block)
    {
        var (sizes, given) = (new Dictionary<string, Dim>(), layer.Sizes("arguments"));
        for (var i = 0; i < Math.Min(block.Parameters.Count, given.Count); i++)
            sizes[block.Parameters[i]] = given[i];
        return sizes;
    }

    private LayerCheck Checker(LayerPlan layer, int site, IReadOnlyList<FlowValue> inputs) => new(layer, site, inputs, problems, duties);

    private int Make(Step step)
    {
        steps.Add(step with { Section = section });
        return step.Outputs[0];
    }

    private int Add(string name, Shape shape)
    {
        values.Add(new(name, shape));
        return values.Count - 1;
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    /// <summary>A sentence with the name that was probably meant.</summary>
    private static string Nearest(string name, IEnumerable<string> names)
    {
        var nearest = names.Select(each => (each, Distance(name, each))).Where(pair => pair.Item2 < name.Length && pair.Item2 <= Math.Max(2, name.Length / 3)).OrderBy(pair => pair.Item2).FirstOrDefault().each;
        return nearest is null ? "" : $" Did you mean '{nearest}'?";
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (corner, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(row[j], left) + 1, corner + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1));
                (corner, row[j]) = (row[j], left);
            }
        }

        return row[b.Length];
    }
}

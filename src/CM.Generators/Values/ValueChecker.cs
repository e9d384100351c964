using CM.Generators.Diagnostics;
using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>
/// Follows shapes through expressions of the value language: expressions in, steps and findings out. One mistake gives one finding: what
/// follows from it is unknown and silent. The derived class knows what stands right of <c>|</c>.
/// </summary>
internal abstract class ValueChecker
{
    private readonly Dictionary<string, int[]> named = [];
    private string section = "";

    protected List<Finding> Findings { get; } = [];

    protected List<Constraint> Constraints { get; } = [];

    protected List<ShapedValue> Values { get; } = [];

    protected List<Step> Steps { get; } = [];

    protected int[] Follow(ForwardPlan forward)
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
                if (made.Length > 0 && !made.Any(value => Values[value].Shape.IsUnknown))
                    Findings.Add(new Finding("CM2012", binding.Site, $"({string.Join(", ", binding.Names)})", binding.Names.Count.ToString(), made.Length.ToString()));
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
            Values[value] = Values[value] with { Name = name };
    }

    private void Compare(ForwardPlan forward, int[] results)
    {
        if (forward.Outputs.Count == 0 || results.Any(result => Values[result].Shape.IsUnknown) || results.Length == 0)
            return;
        if (results.Length != forward.Outputs.Count)
        {
            Findings.Add(new Finding("CM2012", forward.Result.Site, "the result of Forward", forward.Outputs.Count.ToString(), results.Length.ToString()));
            return;
        }

        for (var i = 0; i < results.Length; i++)
        {
            var declared = Shape.Of(forward.Outputs[i]);
            var actual = Values[results[i]].Shape;
            var wrong = declared.Rank != actual.Rank
                ? [$"it has {actual.Rank} axes instead of {declared.Rank}"]
                : Differences(actual, declared, forward.Result.Site).ToArray();
            if (wrong.Length > 0)
            {
                Findings.Add(new Finding("CM2006", forward.Result.Site, actual.ToString(), declared.ToString(), string.Join(", ", wrong), Causes(actual, declared))
                {
                    See = [forward.OutputSite],
                });
            }
        }
    }

    /// <summary>Values that come out of a pipe.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="inputs">Values that go in.</param>
    protected abstract int[] Pipe(PipeExpression pipe, int[] inputs);

    private int[] Follow(ValueExpression expression)
    {
        switch (expression)
        {
            case NameExpression name:
                if (named.TryGetValue(name.Name, out var known))
                    return known;
                Findings.Add(new Finding("CM1004", name.Site, name.Name, Spelling.Hint(name.Name, named.Keys)));
                return [Add(name.Name, Shape.Unknown)];

            case PipeExpression pipe:
                return Pipe(pipe, Follow(pipe.Input));

            case BinaryExpression { Left: NumberExpression number } binary:
                return Single(binary.Right, value => Numeric(binary.Operator, value, number.Value, numberFirst: true));

            case BinaryExpression { Right: NumberExpression number } binary:
                return Single(binary.Left, value => Numeric(binary.Operator, value, number.Value, numberFirst: false));

            case BinaryExpression binary:
                return Single(binary.Left, left => Single(binary.Right, right => Combine(binary, left, right))[0]);

            case NegateExpression negate:
                return Single(negate.Operand, value => Make(new NegateStep(value, Add("negative", Values[value].Shape))));

            case CatExpression cat:
                return [Join(cat, [.. cat.Items.Select(item => Single(item, value => value)[0])])];

            case TupleExpression tuple:
                return [.. tuple.Items.Select(item => Single(item, value => value)[0])];

            case NumberExpression number:
                Findings.Add(new Finding("CM1003", number.Site, "Forward", "a number by itself; write it where it is added or multiplied"));
                return [Add("number", Shape.Unknown)];

            default:
                return [Add("nothing", Shape.Unknown)];
        }
    }

    // Everything but a pipe and a result takes one value at a time.
    private int[] Single(ValueExpression expression, Func<int, int> use)
    {
        var made = Follow(expression);
        if (made.Length == 1)
            return [use(made[0])];
        Findings.Add(new Finding("CM2012", expression.Site, "this place", "1", made.Length.ToString()));
        return [Add("several", Shape.Unknown)];
    }

    private int Numeric(char sign, int value, double number, bool numberFirst) =>
        Make(new NumberStep(sign, value, number, numberFirst, Add(sign == '*' ? "scaled" : "shifted", Values[value].Shape)));

    private int Combine(BinaryExpression binary, int left, int right)
    {
        var (a, b) = (Values[left].Shape, Values[right].Shape);
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
                Match(small[i].Size, big[i].Size, () => $"{big.NameOf(i)} is {a[i].Size} against {b[i].Size}", () => $"'{Values[left].Name}' and '{Values[right].Name}' have the same {big.NameOf(i)}", binary.Site, wrong);
        }

        if (wrong.Count == 0)
            return Make(new CombineStep(binary.Operator, left, right, Add(name, new Shape(axes))));
        Findings.Add(new Finding("CM2004", binary.Site, binary.Operator.ToString(), Values[left].Name, a.ToString(), Values[right].Name, b.ToString(), string.Join(", ", wrong), Causes(a, b)));
        return Add(name, Shape.Unknown);
    }

    private int Join(CatExpression cat, int[] items)
    {
        var shapes = items.Select(item => Values[item].Shape).ToArray();
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
                    Match(shapes[0][axis].Size, shapes[i][axis].Size, () => $"{shapes[0].NameOf(axis)} is {shapes[0][axis].Size} against {shapes[i][axis].Size}", () => $"'{Values[items[0]].Name}' and '{Values[items[i]].Name}' have the same {shapes[0].NameOf(axis)}", cat.Items[i].Site, wrong);
            }

            if (wrong.Count == 0)
                continue;
            Findings.Add(new Finding("CM2003", cat.Items[i].Site, Values[items[0]].Name, shapes[0].ToString(), Values[items[i]].Name, shapes[i].ToString(), string.Join(", ", wrong), Causes(shapes[0], shapes[i], skip: 1))
            {
                See = [cat.Items[0].Site],
            });
            return Add("joined", Shape.Unknown);
        }

        var channels = Axis.Joined([.. items.Select((item, i) => (Values[item].Name, shapes[i][1]))]);
        return Make(new CatStep(items.ToEquatable(), Add("joined", shapes[0].Put(1, channels))));
    }

    protected List<string> Differences(Shape actual, Shape wanted, int site)
    {
        var wrong = new List<string>();
        for (var axis = 0; axis < wanted.Rank; axis++)
            Match(wanted[axis].Size, actual[axis].Size, () => $"{wanted.NameOf(axis)} is {actual[axis].Size} but must be {wanted[axis].Size}", () => $"the result has the declared {wanted.NameOf(axis)}", site, wrong);
        return wrong;
    }

    protected void Match(Dim left, Dim right, Func<string> difference, Func<string> need, int site, List<string> wrong)
    {
        var fit = Fit.Of(left, right);
        if (fit.Verdict == FitVerdict.Never)
            wrong.Add(difference());
        else if (fit.Verdict == FitVerdict.OnlyIf)
            Constraints.Add(new Constraint(ConstraintKind.Equal, left, right, site, need()));
    }

    /// <summary>How the sizes that differ came about, as sentences with a space before each.</summary>
    protected static string Causes(Shape left, Shape right, int skip = -1)
    {
        var causes = new List<string>();
        for (var axis = 0; axis < Math.Min(left.Rank, right.Rank); axis++)
        {
            if (axis == skip || Fit.Of(left[axis].Size, right[axis].Size).Verdict is FitVerdict.Always or FitVerdict.Unknown)
                continue;
            causes.Add(left[axis].Cause);
            causes.Add(right[axis].Cause);
        }

        return string.Concat(causes.Distinct());
    }

    protected int Make(Step step)
    {
        Steps.Add(step with { Section = section });
        return step.Outputs[0];
    }

    protected int Add(string name, Shape shape)
    {
        Values.Add(new(name, shape));
        return Values.Count - 1;
    }
}

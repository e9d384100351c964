using CM.Generators.Diagnostics;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>Writes nested couplings out: what they bind comes before the place that uses them, their parts become parts of the coupling around them.</summary>
internal sealed class CouplingLinker
{
    private readonly CouplingPlan plan;
    private readonly List<Binding> bindings = [];
    private readonly List<FlowExpression> penalties = [];
    private readonly HashSet<string> taken = [];
    private readonly List<InputPlan> inputs;
    private bool hasTimes;
    private bool hasLabels;

    private CouplingLinker(CouplingPlan plan)
    {
        this.plan = plan;
        inputs = [.. plan.Couple!.Inputs];
        (hasTimes, hasLabels) = (plan.HasTimes, plan.HasLabels);
        taken.UnionWith(inputs.Select(input => input.Name).Concat(plan.Couple.Bindings.SelectMany(binding => binding.Names)));
    }

    /// <summary>The coupling without nested ones. Those of CM.Dsl stay as parts.</summary>
    public static CouplingPlan Link(CouplingPlan plan)
    {
        if (plan.Couple is null || plan.Nested.Count == 0)
            return plan;
        var inner = plan.Nested.Where(nested => nested.Plan is not null).ToArray();
        if (inner.SelectMany(nested => nested.Plan!.Problems).Any(problem => problem.IsError) || inner.Any(nested => nested.Plan!.Couple is null))
            return plan with { Couple = null, Problems = plan.Problems.Concat(inner.SelectMany(nested => nested.Plan!.Problems)).ToEquatable() };
        var names = plan.Own.Select(part => part.Name).Concat(inner.SelectMany(nested => nested.Plan!.Parts).Select(part => part.Name)).GroupBy(name => name).Where(same => same.Count() > 1).ToArray();
        if (names.Length > 0)
        {
            var nested = inner.Last(each => each.Plan!.Parts.Any(part => part.Name == names[0].Key));
            return plan with { Couple = null, Problems = plan.Problems.Append(new Problem("CM3004", plan.Own.First(part => part.Name == nested.Part).Site, nested.Part, $"its coupling '{nested.Name}' brings a part '{names[0].Key}', and there is one of that name; rename one of them")).ToEquatable() };
        }

        return new CouplingLinker(plan).Link();
    }

    private CouplingPlan Link()
    {
        var couple = plan.Couple!;
        var same = new Dictionary<string, FlowExpression>();
        foreach (var binding in couple.Bindings)
            bindings.Add(binding with { Value = Write(binding.Value, plan, same) });
        var result = Write(couple.Result, plan, same);
        if (penalties.Count > 0 && result is FlowTuple { Items.Count: >= 2 } pair)
        {
            var penalty = pair.Items.Skip(2).Concat(penalties).Aggregate((sum, each) => new FlowBinary('+', sum, each, pair.Site));
            result = pair with { Items = new[] { pair.Items[0], pair.Items[1], penalty }.ToEquatable() };
        }

        var parts = plan.Own.SelectMany(part => plan.Nested.FirstOrDefault(nested => nested.Part == part.Name) is not { } nested ? [part]
            : nested.Plan is { } inner ? inner.Parts
            : nested.Name == "MinibatchOT" ? [part]
            : (IEnumerable<LayerPlan>)[]);
        return plan with { Parts = parts.ToEquatable(), Couple = couple with { Inputs = inputs.ToEquatable(), Bindings = bindings.ToEquatable(), Result = result }, HasTimes = hasTimes, HasLabels = hasLabels };
    }

    private FlowExpression Write(FlowExpression expression, CouplingPlan owner, IReadOnlyDictionary<string, FlowExpression> names) => expression switch
    {
        FlowName name => names.TryGetValue(name.Name, out var known) ? known : name,
        FlowPipe pipe => owner.Nested.FirstOrDefault(nested => nested.Part == pipe.Layer) is { } nested
            ? Open(nested, Write(pipe.Input, owner, names), pipe)
            : pipe with { Input = Write(pipe.Input, owner, names) },
        FlowBinary binary => binary with { Left = Write(binary.Left, owner, names), Right = Write(binary.Right, owner, names) },
        FlowNegate negate => negate with { Operand = Write(negate.Operand, owner, names) },
        FlowCat cat => cat with { Items = cat.Items.Select(item => Write(item, owner, names)).ToEquatable() },
        FlowTuple tuple => tuple with { Items = tuple.Items.Select(item => Write(item, owner, names)).ToEquatable() },
        _ => expression,
    };

    private FlowExpression Open(NestedCoupling nested, FlowExpression input, FlowPipe pipe)
    {
        FlowExpression data, noise;
        if (input is FlowTuple { Items.Count: 2 } both)
        {
            (data, noise) = (Keep(both.Items[0], "data", nested), Keep(both.Items[1], "noise", nested));
        }
        else
        {
            string[] ends = [Free("data", nested), Free("noise", nested)];
            bindings.Add(new(ends.ToEquatable(), input, pipe.Site));
            (data, noise) = (new FlowName(ends[0], pipe.Site), new FlowName(ends[1], pipe.Site));
        }

        if (nested.Plan is not { Couple: { } couple } inner)
            return new FlowTuple([data, nested.Name == "MinibatchOT" ? new FlowPipe(new FlowTuple([data, noise], pipe.Site), pipe.Layer, pipe.Site) : noise], pipe.Site);

        // What is nested in it was written out when it was read, so its own names are all there is to replace.
        var names = new Dictionary<string, FlowExpression> { [couple.Inputs[0].Name] = data, [couple.Inputs[1].Name] = noise };
        if (inner.HasTimes)
        {
            if (!hasTimes)
                inputs.InsertRange(2, couple.Inputs.Skip(2).Take(2));
            hasTimes = true;
            for (var time = 2; time < 4; time++)
                names[couple.Inputs[time].Name] = new FlowName(inputs[time].Name, pipe.Site);
        }

        if (inner.HasLabels)
        {
            var labels = couple.Inputs.Last();
            if (!hasLabels)
                inputs.Add(labels with { Name = Free(labels.Name, nested) });
            hasLabels = true;
            names[labels.Name] = new FlowName(inputs.Last().Name, pipe.Site);
        }

        foreach (var binding in couple.Bindings)
        {
            var value = Write(binding.Value, Opened, names);
            var made = binding.Names.Select(name => Free(name, nested)).ToArray();
            for (var i = 0; i < made.Length; i++)
                names[binding.Names[i]] = new FlowName(made[i], pipe.Site);
            bindings.Add(binding with { Names = made.ToEquatable(), Value = value });
        }

        if (Write(couple.Result, Opened, names) is not FlowTuple { Items.Count: >= 2 } result)
            return new FlowNothing(pipe.Site);
        if (result.Items.Count > 2)
            penalties.Add(Keep(result.Items[2], "penalty", nested));
        return new FlowTuple([result.Items[0], result.Items[1]], pipe.Site);
    }

    private CouplingPlan Opened => plan with { Nested = [] };

    // A name for what is used more than once.
    private FlowExpression Keep(FlowExpression value, string wanted, NestedCoupling nested)
    {
        if (value is FlowName)
            return value;
        var name = Free(wanted, nested);
        bindings.Add(new([name], value, value.Site));
        return new FlowName(name, value.Site);
    }

    private string Free(string wanted, NestedCoupling nested)
    {
        var name = wanted;
        for (var i = 1; !taken.Add(name); i++)
            name = wanted + nested.Part + (i == 1 ? "" : i.ToString());
        return name;
    }
}

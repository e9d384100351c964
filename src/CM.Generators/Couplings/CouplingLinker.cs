using CM.Generators.Diagnostics;
using CM.Generators.Values;

namespace CM.Generators.Couplings;

/// <summary>
/// Writes nested couplings out: what they bind comes before the place that uses them, their parts become parts of the coupling around them.
/// </summary>
internal sealed class CouplingLinker
{
    private readonly CouplingPlan plan;
    private readonly List<Binding> bindings = [];
    private readonly List<ValueExpression> regularizations = [];
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
        if (inner.SelectMany(nested => nested.Plan!.Findings).Any(finding => finding.IsError) || inner.Any(nested => nested.Plan!.Couple is null))
            return plan with { Couple = null, Findings = plan.Findings.Concat(inner.SelectMany(nested => nested.Plan!.Findings)).ToEquatable() };
        var names = plan.Own.Select(part => part.Name).Concat(inner.SelectMany(nested => nested.Plan!.Parts).Select(part => part.Name)).GroupBy(name => name).Where(same => same.Count() > 1).ToArray();
        if (names.Length > 0)
        {
            var nested = inner.Last(each => each.Plan!.Parts.Any(part => part.Name == names[0].Key));
            return plan with { Couple = null, Findings = plan.Findings.Append(new Finding("CM3004", plan.Own.First(part => part.Name == nested.Layer).Site, nested.Layer, $"its coupling '{nested.Name}' brings a part '{names[0].Key}', and there is one of that name; rename one of them")).ToEquatable() };
        }

        return new CouplingLinker(plan).Link();
    }

    private CouplingPlan Link()
    {
        var couple = plan.Couple!;
        var same = new Dictionary<string, ValueExpression>();
        foreach (var binding in couple.Bindings)
            bindings.Add(binding with { Value = Write(binding.Value, plan, same) });
        var result = Write(couple.Result, plan, same);
        if (regularizations.Count > 0 && result is TupleExpression { Items.Count: >= 2 } pair)
        {
            var regularization = pair.Items.Skip(2).Concat(regularizations).Aggregate((sum, each) => new BinaryExpression('+', sum, each, pair.Site));
            result = pair with { Items = new[] { pair.Items[0], pair.Items[1], regularization }.ToEquatable() };
        }

        var parts = plan.Own.SelectMany(part => plan.Nested.FirstOrDefault(nested => nested.Layer == part.Name) is not { } nested ? [part]
            : nested.Plan is { } inner ? inner.Parts
            : nested.Name == "MinibatchOT" ? [part]
            : (IEnumerable<LayerPlan>)[]);
        return plan with { Parts = parts.ToEquatable(), Couple = couple with { Inputs = inputs.ToEquatable(), Bindings = bindings.ToEquatable(), Result = result }, HasTimes = hasTimes, HasLabels = hasLabels };
    }

    private ValueExpression Write(ValueExpression expression, CouplingPlan owner, IReadOnlyDictionary<string, ValueExpression> names) => expression switch
    {
        NameExpression name => names.TryGetValue(name.Name, out var known) ? known : name,
        PipeExpression { Function: null } pipe when owner.Nested.FirstOrDefault(nested => nested.Layer == pipe.Layer) is { } nested =>
            Open(nested, Write(pipe.Input, owner, names), pipe),
        _ => expression.Rewrite(each => Write(each, owner, names)),
    };

    private ValueExpression Open(NestedCoupling nested, ValueExpression input, PipeExpression pipe)
    {
        ValueExpression data, noise;
        if (input is TupleExpression { Items.Count: 2 } both)
        {
            (data, noise) = (Keep(both.Items[0], "data", nested), Keep(both.Items[1], "noise", nested));
        }
        else
        {
            string[] ends = [Free("data", nested), Free("noise", nested)];
            bindings.Add(new(ends.ToEquatable(), input, pipe.Site));
            (data, noise) = (new NameExpression(ends[0], pipe.Site), new NameExpression(ends[1], pipe.Site));
        }

        if (nested.Plan is not { Couple: { } couple } inner)
            return new TupleExpression([data, nested.Name == "MinibatchOT" ? new PipeExpression(new TupleExpression([data, noise], pipe.Site), pipe.Layer, pipe.Site) : noise], pipe.Site);

        // Nested couplings were inlined by the reader, so only its own names need replacing.
        var names = new Dictionary<string, ValueExpression> { [couple.Inputs[0].Name] = data, [couple.Inputs[1].Name] = noise };
        if (inner.HasTimes)
        {
            if (!hasTimes)
                inputs.InsertRange(2, couple.Inputs.Skip(2).Take(2));
            hasTimes = true;
            for (var time = 2; time < 4; time++)
                names[couple.Inputs[time].Name] = new NameExpression(inputs[time].Name, pipe.Site);
        }

        if (inner.HasLabels)
        {
            var labels = couple.Inputs.Last();
            if (!hasLabels)
                inputs.Add(labels with { Name = Free(labels.Name, nested) });
            hasLabels = true;
            names[labels.Name] = new NameExpression(inputs.Last().Name, pipe.Site);
        }

        foreach (var binding in couple.Bindings)
        {
            var value = Write(binding.Value, Opened, names);
            var made = binding.Names.Select(name => Free(name, nested)).ToArray();
            for (var i = 0; i < made.Length; i++)
                names[binding.Names[i]] = new NameExpression(made[i], pipe.Site);
            bindings.Add(binding with { Names = made.ToEquatable(), Value = value });
        }

        if (Write(couple.Result, Opened, names) is not TupleExpression { Items.Count: >= 2 } result)
            return new MissingExpression(pipe.Site);
        if (result.Items.Count > 2)
            regularizations.Add(Keep(result.Items[2], "regularization", nested));
        return new TupleExpression([result.Items[0], result.Items[1]], pipe.Site);
    }

    private CouplingPlan Opened => plan with { Nested = [] };

    // A name for what is used more than once.
    private ValueExpression Keep(ValueExpression value, string wanted, NestedCoupling nested)
    {
        if (value is NameExpression)
            return value;
        var name = Free(wanted, nested);
        bindings.Add(new([name], value, value.Site));
        return new NameExpression(name, value.Site);
    }

    private string Free(string wanted, NestedCoupling nested)
    {
        var name = wanted;
        for (var i = 1; !taken.Add(name); i++)
            name = wanted + nested.Layer + (i == 1 ? "" : i.ToString());
        return name;
    }
}

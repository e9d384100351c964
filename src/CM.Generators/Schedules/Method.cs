namespace CM.Generators.Schedules;

/// <summary>A static method of a schedule: parameters, named intermediate values, one result.</summary>
/// <param name="Result">Null where the body holds something a formula cannot say.</param>
internal sealed record Method(string Name, EquatableArray<Variable> Parameters, EquatableArray<Local> Locals, Formula? Result)
{
    public bool IsConstant => Result is Number;

    /// <summary>Whether the result is the first parameter as it is.</summary>
    public bool IsIdentity => Result is Variable variable && variable.Name == Parameters[0].Name;

    /// <summary>The value for the given arguments, or NaN where the body could not be read.</summary>
    public double Evaluate(params double[] arguments)
    {
        if (Result is null)
            return double.NaN;
        var values = new Dictionary<string, double>();
        for (var i = 0; i < arguments.Length; i++)
            values[Parameters[i].Name] = arguments[i];
        foreach (var local in Locals)
            values[local.Name] = Algebra.Evaluate(local.Value, values);
        return Algebra.Evaluate(Result, values);
    }
}

/// <param name="Named">Whether somebody gave it its name; others disappear where they are used once.</param>
internal sealed record Local(string Name, Formula Value, bool Named);

/// <summary>Builds a method step by step: intermediate values, calls of other methods (which are written out), the result.</summary>
internal sealed class MethodBuilder(string name, params Variable[] parameters)
{
    private readonly List<Local> locals = [];
    private readonly HashSet<string> taken = [.. Taken, .. parameters.Select(parameter => parameter.Name)];

    // Names that have a meaning in every tensor form.
    private static readonly string[] Taken = ["where", "full_like", "ones_like", "_"];

    /// <summary>A parameter under its name, or under another where that has a meaning already.</summary>
    public static Variable Parameter(string name, Kind kind, bool perSample) =>
        new(Taken.Contains(name) ? name + "In" : name, kind, perSample);

    /// <summary>Keeps a value under a name, unless it is as short as a name.</summary>
    public Formula Keep(string wanted, Formula value, bool named)
    {
        if (value is Number or Variable)
            return value;
        var free = wanted;
        for (var i = 2; !taken.Add(free); i++)
            free = wanted + i;
        locals.Add(new Local(free, value, named));
        return new Variable(free, value.Kind, value.PerSample);
    }

    /// <summary>The result of another method, written out here.</summary>
    public Formula Call(Method callee, params Formula[] arguments)
    {
        var values = new Dictionary<string, Formula>();
        for (var i = 0; i < arguments.Length; i++)
            values[callee.Parameters[i].Name] = Keep(callee.Parameters[i].Name, Algebra.Convert(arguments[i], callee.Parameters[i].Kind), named: false);
        foreach (var local in callee.Locals)
            values[local.Name] = Keep(local.Name, Algebra.Substitute(local.Value, values), local.Named);
        return Algebra.Substitute(callee.Result!, values);
    }

    public Method Build(Formula? result)
    {
        if (result is null)
            return new Method(name, parameters.ToEquatable(), [], null);
        for (var i = locals.Count - 1; i >= 0; i--)
        {
            var local = locals[i];
            var uses = Algebra.Uses(result, local.Name) + locals.Skip(i + 1).Sum(later => Algebra.Uses(later.Value, local.Name));
            if (uses > 1 || (uses == 1 && local.Named))
                continue;
            var value = new Dictionary<string, Formula> { [local.Name] = local.Value };
            result = Algebra.Substitute(result, value);
            for (var j = i + 1; j < locals.Count; j++)
                locals[j] = locals[j] with { Value = Algebra.Substitute(locals[j].Value, value) };
            locals.RemoveAt(i);
        }

        return new Method(name, parameters.ToEquatable(), locals.ToEquatable(), result);
    }
}

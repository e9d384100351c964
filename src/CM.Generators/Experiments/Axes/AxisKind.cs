namespace CM.Generators.Experiments.Axes;

/// <summary>
/// One value of an axis of an experiment, such as the loss <c>[L2]</c>: its arguments and the text it writes. A class named like its
/// attribute is found by itself, so a new loss, optimiser, average, learning-rate decay or sampler is an attribute in CM.Dsl/Experiments
/// and a class here.
/// </summary>
internal abstract class AxisKind
{
    private static readonly Dictionary<string, AxisKind> Kinds = typeof(AxisKind).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(AxisKind)) && !type.IsAbstract)
        .ToDictionary(type => type.Name, type => (AxisKind)Activator.CreateInstance(type));

    /// <summary>The attribute in messages, such as <c>[PseudoHuber(c)]</c>.</summary>
    public abstract string Example { get; }

    /// <summary>The attribute as a light bulb adds it where the axis is missing; null where none does.</summary>
    public virtual string? Offer => null;

    /// <summary>True for the usual choice, which messages and light bulbs name first.</summary>
    public virtual bool IsUsual => false;

    /// <summary>Arguments of the attribute, positional ones first.</summary>
    protected virtual IReadOnlyList<AxisArgument> Arguments => [];

    /// <summary>Name of the attribute without its ending; also of the class in CM.Runtime where there is one.</summary>
    public string Name => GetType().Name;

    /// <summary>The kind of a plan.</summary>
    /// <typeparam name="TKind">Its axis.</typeparam>
    public static TKind Of<TKind>(AxisPlan plan)
        where TKind : AxisKind => (TKind)Kinds[plan.Kind];

    /// <summary>Reads an attribute.</summary>
    /// <typeparam name="TKind">Its axis.</typeparam>
    public static AxisPlan Read<TKind>(AxisAttribute attribute)
        where TKind : AxisKind => ((TKind)Kinds[attribute.Kind]).Read(attribute);

    /// <summary>All kinds of an axis: the usual one, then the others by name.</summary>
    /// <typeparam name="TKind">The axis.</typeparam>
    public static IReadOnlyList<TKind> All<TKind>()
        where TKind : AxisKind => [.. Kinds.Values.OfType<TKind>().OrderByDescending(kind => kind.IsUsual).ThenBy(kind => kind.Name, StringComparer.Ordinal)];

    /// <summary>Reads and validates the arguments.</summary>
    /// <param name="attribute">The attribute, whose class has this kind's name.</param>
    public virtual AxisPlan Read(AxisAttribute attribute) => new(Name, Arguments.Select(argument => argument.Read(attribute)).ToEquatable());

    /// <summary>Arguments of the runtime class that differ from their defaults: <c>beta1</c> and <c>0.8</c>.</summary>
    /// <param name="plan">The plan.</param>
    protected IEnumerable<(string Name, string Value)> Settings(AxisPlan plan) =>
        from argument in Arguments
        where !argument.IsPositional && plan[argument.Name] != argument.Default
        select (AxisArgument.Camel(argument.Name), argument.IsFlag ? "true" : Literals.Number(plan[argument.Name]));

    /// <summary><see cref="Settings"/> as further arguments of a constructor call.</summary>
    /// <param name="plan">The plan.</param>
    protected string NamedArguments(AxisPlan plan) => string.Concat(Settings(plan).Select(setting => $", {setting.Name}: {setting.Value}"));
}

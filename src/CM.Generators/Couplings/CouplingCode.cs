using CM.Generators.Networks;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Couplings;

/// <summary>
/// Writes what a declared coupling adds to the training of an experiment: fields for its modules, tensors that are drawn, and the methods
/// that pair data with noise, in training and in sampling.
/// </summary>
internal sealed class CouplingCode : Emitter
{
    /// <summary>The field of the model that predicts below the smallest time that is trained.</summary>
    public const string FirstPredictor = "firstPredictor";

    private const int Data = 0, Noise = 1, Earlier = 2, Later = 3;

    private static readonly string[] UnnamedValues = ["sum", "difference", "product", "scaled", "shifted", "negative", "joined"];

    // Parameters and locals of the trainer where parts of the coupling stand, and functions that are called there.
    private static readonly string[] Taken =
    [
        "model", FirstPredictor, "data", "noise", "t", "r", "x", "labels", "classes", "draws", "step", "count", "weights", "rows", "_", "cat",
        "rand", "where", "float32",
    ];

    private readonly DeclaredCoupling coupling;
    private readonly Dictionary<string, string> fields = [];
    private readonly (PartKind Kind, LayerPlan[] Parts)[] kinds;
    private readonly string[] names;

    public CouplingCode(DeclaredCoupling coupling, CouplingFrame frame, CodeWriter writer)
        : base(coupling.Wiring.Values, coupling.Wiring.Steps, coupling.Wiring.Results)
    {
        (this.coupling, Frame, Writer) = (coupling, frame, writer);
        kinds = [.. coupling.Parts.GroupBy(part => part.Kind).OrderBy(same => same.Key, StringComparer.Ordinal).Select(same => (PartKind.Of(same.First()), same.ToArray()))];

        // Names that the training has already stay its own, and so do names of parts that differ in the case of their first letter.
        var fieldNames = new NameTable(Taken);
        foreach (var part in kinds.Where(each => each.Kind.IsNamed).SelectMany(each => each.Parts))
            fields[part.Name] = fieldNames.Take(char.ToLowerInvariant(part.Name[0]) + part.Name.Substring(1), "Layer");

        var valueNames = new NameTable([.. fields.Values, "data", "noise", "t", "r", "labels", "classes", "draws", "weights", "model", FirstPredictor, "rows", "_", "cat", "where"]);
        names = [.. Values.Select((value, i) => i == Labels ? "classes" : i < (coupling.HasTimes ? 4 : 2) ? InputName(i) : valueNames.Take(value.Name, "Out"))];
    }

    /// <summary>The experiment around it.</summary>
    public CouplingFrame Frame { get; }

    public CodeWriter Writer { get; }

    /// <summary>Fields of the training: type and name.</summary>
    public IEnumerable<(string Type, string Name)> Fields => Modules.Select(module => (module.Type, module.Field));

    /// <summary>The additions to the model's layout.</summary>
    public string Layout => string.Concat(Modules.Select(module => module.Layout));

    /// <summary>Statements that assign the fields.</summary>
    public IEnumerable<string> Construction
    {
        get
        {
            foreach (var module in Modules)
            {
                yield return $"{module.Field} = {module.Made};";
                if (module.Layout.Length == 0)
                    yield return $"{module.Field}.eval();";
            }
        }
    }

    /// <summary>True when it looks at a whole batch at once.</summary>
    public bool Matches => coupling.Permutes;

    /// <summary>Expressions that draw tensors for a step, from step and count.</summary>
    public IEnumerable<string> Draws => Drawn.Select(each => each.Value);

    // True when the sampler makes its noise with the coupling: not where that would take a draw, the model or a regularization.
    private bool CouplesSamples => Results[1] != Noise && SampleSteps.All(step => PartKind.Of(step)?.ServesSamples != false);

    // The last input, where there are labels.
    private int Labels => coupling.HasLabels ? coupling.Wiring.Inputs.Count() - 1 : -1;

    private IEnumerable<(string Name, string Value, string Remark)> Drawn =>
        from each in kinds
        from part in each.Parts
        let drawn = each.Kind.Draw(part, this)
        where drawn is not null
        select (Field(part), drawn.Value.Value, drawn.Value.Remark);

    private IEnumerable<PartModule> Modules => ModulesOf(kinds.SelectMany(each => each.Parts), "Weights");

    private Step[] SampleSteps => Liveness.Needed(Results[1]);

    private IEnumerable<PartModule> SampleModules => ModulesOf(SampleSteps.OfType<LayerStep>().Select(step => step.Layer).Where(layer => !layer.IsFunction).Distinct(), "weights");

    private bool SamplesNeedLabels => coupling.HasLabels && SampleSteps.Any(step => step.Inputs.Contains(Labels));

    /// <summary>Writes the methods.</summary>
    public void Methods()
    {
        WriteCouple();
        foreach (var (kind, parts) in kinds)
            kind.WriteMethods(parts, this);
        if (CouplesSamples && Frame.Renoises)
            WriteSampled();
    }

    public override string NameOf(int value) => Escape(names[value]);

    /// <summary>The field of a part.</summary>
    public string Field(LayerPlan part) => Escape(fields[part.Name]);

    /// <summary>The module's type of a block, short where the experiment's namespace sees it.</summary>
    public string TypeOf(BlockContract block) => (block.FullName == $"global::{Frame.Namespace}.{block.Name}" ? block.Name : block.FullName) + ".Module";

    /// <summary>A store of weights in the type that networks compute in.</summary>
    public string In(string weights) => Frame.Low is null ? weights : $"{weights}.In({Frame.Low})";

    /// <summary>True for a value in float64: times, and what follows from them alone.</summary>
    public bool IsDouble(int value) => Rank(value) == 1 && Liveness.Producer(value) switch
    {
        null => coupling.HasTimes && value is Earlier or Later,
        NumberStep number => IsDouble(number.Value),
        NegateStep negate => IsDouble(negate.Value),
        CombineStep combine => IsDouble(combine.Left) || IsDouble(combine.Right),
        _ => false,
    };

    /// <summary>The value as an expression in float32, as networks and the loss take it.</summary>
    public string InFloat32(int value) => IsDouble(value) ? $"{Primary(Of(value))}.to(float32)" : Of(value);

    /// <summary>Names of the values that a step makes, as the left side of an assignment.</summary>
    public string Made(Step step) => step.Outputs.Count == 1 ? NameOf(step.Outputs[0]) : $"({string.Join(", ", step.Outputs.Select(NameOf))})";

    /// <summary>Shapes of what a step makes.</summary>
    public string ShapesOf(Step step) => Shapes(step);

    /// <summary>Writes the statement that gives the values of a step their names.</summary>
    public void Assign(Step step, string expression, string? remark = null) =>
        Line($"var {Made(step)} = {expression};", remark is null ? Shapes(step) : $"{Shapes(step)}: {remark}");

    /// <summary>Writes a statement and, at a common column, a remark.</summary>
    public void Line(string statement, string remark) => Writer.Line($"{statement,-72} // {remark}");

    /// <summary>Writes a method that makes one value.</summary>
    /// <param name="header">The method's header.</param>
    /// <param name="some">Steps of its body.</param>
    /// <param name="result">The value.</param>
    /// <param name="writeLocals">Statements before those of the steps; null for none.</param>
    public void WriteMethod(string header, IEnumerable<Step> some, int result, Action? writeLocals = null)
    {
        using (Writer.Braces(header))
        {
            Writer.Line("using var _ = NewDisposeScope();");
            writeLocals?.Invoke();
            WriteStatements(some);
            Writer.Line($"return {Primary(Of(result))}.MoveToOuterDisposeScope();");
        }

        Writer.Line();
    }

    protected override string Layer(Step step) => PartKind.Of(step) is { } kind ? kind.Write((LayerStep)step, this) : Function((LayerStep)step);

    protected override string Spread(int value, int other) => Rank(value) == 1
        ? $"BatchOps.Broadcast({Of(value)}, {Rank(other)})"
        : Primary(Of(value)) + string.Concat(Enumerable.Repeat(".unsqueeze(-1)", Rank(other) - Rank(value)));

    private string Function(LayerStep step) => LayerKind.Find(step.Layer.Kind)!.Write(step.Layer, Values[step.Inputs[0]].Shape, Values[step.Outputs[0]].Shape,
        LayerCode.OfFunction([.. step.Inputs.Select(input => Primary(InFloat32(input)))]));

    // Arithmetic that nobody named and one place uses stands where it is used.
    protected override bool IsInlined(Step step) =>
        step is not LayerStep && step.Outputs.Count == 1 && UnnamedValues.Contains(Values[step.Outputs[0]].Name) && Liveness.Uses(step.Outputs[0]) == 1;

    private static string InputName(int input) => input switch { Data => "data", Noise => "noise", Earlier => "r", _ => "t" };

    private void WriteCouple()
    {
        Writer.Line($"/// <summary>How {coupling.Name} pairs data with noise.</summary>");
        Writer.Line("/// <inheritdoc/>");
        const string Parameters = "Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels, Tensor[] draws";
        using (Writer.Braces($"public override (Tensor Data, Tensor Noise, Tensor? Regularization) Couple({Parameters})"))
        {
            Writer.Line("using var _ = NewDisposeScope();");
            if (coupling.HasLabels && Liveness.Uses(Labels) > 0)
                WriteLabels();
            foreach (var (name, _, remark, i) in Drawn.Select((each, i) => (each.Name, each.Value, each.Remark, i)))
                Line($"var {name} = draws[{i}];", remark);
            WriteStatements(Steps.Except(Steps.OfType<LayerStep>().SelectMany(step => PartKind.Of(step)?.Absorbs(step, this) ?? [])));
            Writer.Line($"return ({string.Join(", ", Results.Select(Returned))}{(coupling.HasRegularization ? "" : ", null")});");
        }

        Writer.Line();
    }

    private void WriteLabels() => Line($"var {NameOf(Labels)} = labels!;", $"one-hot, {Values[Labels].Shape}");

    // Inputs go out as they are; new tensors survive the scope.
    private string Returned(int value) => value is Data or Noise ? NameOf(value)
        : Primary(InFloat32(value)) + ".MoveToOuterDisposeScope()";

    private void WriteSampled()
    {
        // A sampler knows one time.
        if (coupling.HasTimes)
            names[Earlier] = InputName(Later);
        Writer.Line("/// <inheritdoc/>");
        const string Header = "protected override Tensor CoupledNoise(ParameterStore weights, Tensor data, Tensor noise, Tensor t, Tensor? labels)";
        WriteMethod(Header, SampleSteps, Results[1], () =>
        {
            foreach (var module in SampleModules)
                Writer.Line($"var {module.Field} = {module.Made};").Line($"{module.Field}.eval();");
            if (SamplesNeedLabels)
                WriteLabels();
        });
        if (coupling.HasTimes)
            names[Earlier] = InputName(Earlier);
    }

    private void WriteStatements(IEnumerable<Step> some)
    {
        foreach (var step in some.Where(step => !IsInlined(step)))
        {
            if (PartKind.Of(step) is { } kind)
                kind.WriteStatement((LayerStep)step, this);
            else
                Assign(step, Expression(step));
        }
    }

    private IEnumerable<PartModule> ModulesOf(IEnumerable<LayerPlan> parts, string weights) =>
        parts.GroupBy(part => part.Kind).SelectMany(same => PartKind.Of(same.First()).Modules(same, this, weights));
}

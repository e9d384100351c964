using CM.Generators.Couplings;
using CM.Generators.Experiments.Parts;
using CM.Generators.Networks;
using CM.Generators.Networks.Layers;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;
using Microsoft.CodeAnalysis.CSharp;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>
/// Writes what a declared coupling adds to the training of an experiment: fields for its networks and models, tosses of its coins, and the
/// methods that pair data with noise, in training and in sampling.
/// </summary>
internal sealed class CouplingCode
{
    private const int Data = 0, Noise = 1, Earlier = 2, Later = 3;
    private static readonly string[] UnnamedValues = ["sum", "difference", "product", "scaled", "shifted", "negative", "joined"];

    private const string FirstPredictor = "firstPredictor";

    // Parameters and locals of the trainer where parts of the coupling stand, and functions that are called there.
    private static readonly string[] Taken =
    [
        "model", FirstPredictor, "data", "noise", "t", "r", "x", "labels", "classes", "coins", "step", "count", "weights", "rows", "_", "cat",
        "rand", "where", "float32",
    ];

    private readonly DeclaredCoupling coupling;
    private readonly Experiment experiment;
    private readonly CodeWriter code;
    private readonly Step[] steps;
    private readonly Dictionary<string, string> fields;
    private readonly string[] names;

    public CouplingCode(DeclaredCoupling coupling, Experiment experiment, CodeWriter code)
    {
        this.coupling = coupling;
        this.experiment = experiment;
        this.code = code;
        steps = [.. coupling.Wiring.Steps];
        fields = FieldNames([.. coupling.Networks, .. coupling.Models, .. coupling.Coins]);
        names = Names();
    }

    private TimesAxis Times => experiment.Times!;

    private CheckedNetwork Wiring => coupling.Wiring;

    // The last input, where there are labels.
    private int Labels => coupling.HasLabels ? Wiring.Inputs.Count() - 1 : -1;

    private string ModelType => experiment.Model!.Code + ".Module";

    /// <summary>Fields of the training: type and name.</summary>
    public IEnumerable<(string Type, string Name)> Fields =>
        coupling.Networks.Select(part => (TypeOf(part), Field(part))).Concat(coupling.Models.Select(part => (ModelType, Field(part))))
            .Concat(PredictsPiecewise ? [(ModelType, FirstPredictor)] : []);

    /// <summary>What the coupling adds to the model's layout.</summary>
    public string Layout => string.Concat(coupling.Networks.Select(part => $".AddBeside({Quote(part.Name)}, {TypeOf(part)}.Layout({Given(part)}))"));

    /// <summary>Assigns the fields.</summary>
    public IEnumerable<string> Construction
    {
        get
        {
            foreach (var part in coupling.Networks)
                yield return $"{Field(part)} = {Built(part, "Weights")};";
            foreach (var part in coupling.Models)
            {
                yield return $"{Field(part)} = new {ModelType}({In(Model.UsesAverage(part) ? "Averages[0].Weights" : Model.IsFrozen(part) ? "Frozen" : "Weights")});";
                yield return $"{Field(part)}.eval();";
            }

            if (PredictsPiecewise)
            {
                yield return $"{FirstPredictor} = new {ModelType}({In("Frozen")});";
                yield return $"{FirstPredictor}.eval();";
            }
        }
    }

    /// <summary>Whether a model makes predictions in it.</summary>
    public bool Predicts => coupling.Models.Any();

    private bool PredictsPiecewise => Predicts && experiment.Truncation is not null;

    /// <summary>Whether networks of its own are trained in it.</summary>
    public bool TrainsNetworks => coupling.Networks.Any();

    /// <summary>Whether it looks at a whole batch at once.</summary>
    public bool Matches => coupling.Parts.Any(part => part.Kind == nameof(Pairing));

    /// <summary>What the coins are called.</summary>
    public IEnumerable<string> TossNames => coupling.Coins.Select(Field);

    /// <summary>Draws the coins, where step and count are at hand: an expression each.</summary>
    public IEnumerable<string> Tosses => coupling.Coins.Select(part => $"rand(count, device: Setup.Device).lt({Probability(part)})");

    private static string Probability(LayerPlan coin)
    {
        var (heads, change) = (Coin.Heads(coin), Coin.End(coin) - Coin.Heads(coin));
        var moved = $"{Number(Math.Abs(change))} * step / Setup.Steps";
        return change == 0 ? Number(heads) : heads == 0 ? moved : $"{Number(heads)} {(change < 0 ? "-" : "+")} {moved}";
    }

    /// <summary>Whether the sampler makes its noise with the coupling: not where that would take a coin, the model or a penalty.</summary>
    private bool CouplesSamples => Wiring.Results[1] != Noise && SampleSteps().All(step => step is not LayerStep { Layer.Kind: not ("Block" or nameof(Pairing)) });

    /// <summary>Writes the methods.</summary>
    public void Methods()
    {
        Couple();
        foreach (var coin in steps.OfType<LayerStep>().Where(step => step.Layer.Kind == nameof(Coin) && Heads(step).Count > 0))
            HeadsMethod(coin);
        foreach (var part in coupling.Parts.Where(part => part.Kind == nameof(KlToStandardNormal) && !KlToStandardNormal.IsConstant(part)))
            KlWeight(part);
        if (coupling.Parts.Any(part => part.Kind == nameof(KlToStandardNormal)))
            Kl();
        if (coupling.Models.Any())
            Predict();
        if (CouplesSamples && experiment.SampleTimes.Count > 1)
            Sampled();
    }

    private void Couple()
    {
        var results = Wiring.Results;
        code.Line($"/// <summary>How {coupling.Name} pairs data with noise.</summary>");
        code.Line("/// <inheritdoc/>");
        const string Parameters = "Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels, Tensor[] coins";
        using (code.Braces($"public override (Tensor Data, Tensor Noise, Tensor? Penalty) Couple({Parameters})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            if (coupling.HasLabels && IsUsed(Labels))
                Line($"var {names[Labels]} = labels!;", $"one-hot, {Wiring.Values[Labels].Shape}");
            foreach (var (coin, i) in coupling.Coins.Select((coin, i) => (coin, i)))
                Line($"var {Field(coin)} = coins[{i}];", $"{coin.Name} shows heads, [B]");
            var heads = steps.OfType<LayerStep>().Where(step => step.Layer.Kind == nameof(Coin)).SelectMany(Heads).ToArray();
            Statements(steps.Except(heads).ToArray(), results);
            code.Line($"return ({string.Join(", ", results.Select(Returned))}{(coupling.HasPenalty ? "" : ", null")});");
        }

        code.Line();
    }

    // What comes in goes out as it is; what was made here survives the scope.
    private string Returned(int value) =>
        value < Wiring.Inputs.Count() && value < Earlier ? Escape(names[value]) : Primary(Rank(value) == 1 && IsDouble(value) ? $"{Primary(Of(value))}.to(float32)" : Of(value)) + ".MoveToOuterDisposeScope()";

    private void HeadsMethod(LayerStep coin)
    {
        var made = Heads(coin);
        var inputs = Outside(made, coin.Inputs[0]);
        code.Line($"// What {coin.Layer.Name} takes where it shows heads; only these samples come in.");
        using (code.Braces($"private Tensor {coin.Layer.Name}Heads({string.Join(", ", inputs.Select(input => "Tensor " + Escape(names[input])))})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            Statements(made, [coin.Inputs[0]]);
            code.Line($"return {Primary(Of(coin.Inputs[0]))}.MoveToOuterDisposeScope();");
        }

        code.Line();
    }

    private void KlWeight(LayerPlan part)
    {
        var beta = Number(KlToStandardNormal.Weight(part));
        code.Line($"// {beta}·Weight(t, r) of the {(Times.IsContinuous ? "largest time and the one before it" : "last interval of the grid")}: the penalty keeps pace with the loss.");
        using (code.Braces($"private double {part.Name}Weight()"))
        {
            if (Times.IsContinuous)
            {
                code.Line($"const double T = {Number(Times.To)};");
                code.Line($"var r = {Times.Code}.Earlier(T, {(Times.HasStage ? $"{Times.Code}.Stage((double)CurrentStep / Setup.Steps)" : "0")});");
                code.Line($"return {beta} {(Times.HasWeight ? $"* {Times.Code}.Weight(T, r)" : "/ (T - r)")};");
            }
            else
            {
                code.Line($"var cuts = {Times.Code}.Cuts(CurrentStep, Setup.Steps);");
                code.Line($"var (t, r) = ({Times.Code}.Grid(1), {Times.Code}.Grid((cuts - 1.0) / cuts));");
                code.Line($"return {beta} {(Times.HasWeight ? $"* {Times.Code}.Weight(t, r)" : "/ (t - r)")};");
            }
        }

        code.Line();
    }

    private void Kl()
    {
        code.Line("// KL(N(mean, s²) ‖ N(0, 1)) = Σ ½(mean² + s² − 1) − ln s, with s = deviation + 10⁻⁸");
        using (code.Braces("private static Tensor KlToStandardNormal(Tensor mean, Tensor deviation)"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line("var s = deviation + 1e-8;");
            code.Line($"return (0.5 * (mean.square() + s.square() - 1) - s.log()){Flattened}.sum(1).MoveToOuterDisposeScope();");
        }

        code.Line();
    }

    private void Predict()
    {
        var first = experiment.Truncation is { } truncation ? $"; of the first stage below t' = {Number(truncation.Start)}" : "";
        code.Line($"// f(x, t), never differentiated{first}{(Times.ReachesData ? "; x itself where t = 0" : "")}.");
        using (code.Braces($"private Tensor Predict({ModelType} model, Tensor x, Tensor t{OfModel(", Tensor labels")})"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            if (PredictsPiecewise)
            {
                code.Line($"return Piecewise({FirstPredictor}, model, x, t, {LabelsOfModel}).MoveToOuterDisposeScope();");
            }
            else if (Times.ReachesData)
            {
                code.Line("var positive = t.gt(0);");
                code.Line($"var denoised = Denoise(model, x, where(positive, t, ones_like(t)), {LabelsOfModel});");
                code.Line($"return where(positive.view(-1{Ones}), denoised, x).MoveToOuterDisposeScope();");
            }
            else
            {
                code.Line($"return Denoise(model, x, t, {LabelsOfModel}).MoveToOuterDisposeScope();");
            }
        }

        code.Line();
    }

    private void Sampled()
    {
        var before = (string[])names.Clone();
        for (var time = Earlier; time <= Later && coupling.HasTimes; time++)
            names[time] = "t";
        code.Line("/// <inheritdoc/>");
        using (code.Braces("protected override Tensor CoupledNoise(ParameterStore weights, Tensor data, Tensor noise, Tensor t, Tensor? labels)"))
        {
            code.Line("using var _ = NewDisposeScope();");
            foreach (var part in SampledNetworks())
                code.Line($"var {Field(part)} = {Built(part, "weights")};").Line($"{Field(part)}.eval();");
            if (SamplesNeedLabels())
                Line($"var {names[Labels]} = labels!;", $"one-hot, {Wiring.Values[Labels].Shape}");
            Statements(SampleSteps(), [Wiring.Results[1]]);
            code.Line($"return {Primary(Of(Wiring.Results[1]))}.MoveToOuterDisposeScope();");
        }

        code.Line();
        before.CopyTo(names, 0);
    }

    private void Statements(IReadOnlyCollection<Step> some, IEnumerable<int> results)
    {
        foreach (var step in some.Where(step => !IsInlined(step)))
        {
            var made = step.Outputs.Count == 1 ? Escape(names[step.Outputs[0]]) : $"({string.Join(", ", step.Outputs.Select(output => Escape(names[output])))})";
            var shape = string.Join(", ", step.Outputs.Select(output => Wiring.Values[output].Shape));
            if (step is LayerStep { Layer.Kind: nameof(Coin) } coin && Heads(coin) is { Count: > 0 } heads)
            {
                var rows = Outside(heads, coin.Inputs[0]).Select(input => $"rows.Of({Escape(names[input])})");
                Line($"var {made} = Where({Field(coin.Layer)}, {Of(coin.Inputs[1])}, rows => {coin.Layer.Name}Heads({string.Join(", ", rows)}));", $"{shape}: heads of {coin.Layer.Name}");
            }
            else if (Low is not null && step is LayerStep { Layer.Kind: "Block", Outputs.Count: > 1 })
            {
                string[] low = [.. step.Outputs.Select(output => names[output] + "Low")];
                Line($"var ({string.Join(", ", low)}) = {Compute(step)};", $"{shape}, {Low}");
                code.Line($"var {made} = ({string.Join(", ", low.Select(name => name + ".to(float32)"))});");
            }
            else
            {
                Line($"var {made} = {Compute(step)}{(Low is not null && step is LayerStep { Layer.Kind: "Block" } ? ".to(float32)" : "")};", shape);
            }
        }
    }

    private void Line(string statement, string remark) => code.Line($"{statement,-72} // {remark}");

    // Arithmetic that nobody named and one place uses stands where it is used.
    private bool IsInlined(Step step) => step is not LayerStep && step.Outputs.Count == 1 && UnnamedValues.Contains(Wiring.Values[step.Outputs[0]].Name)
        && steps.Sum(other => other.Inputs.Count(input => input == step.Outputs[0])) + Wiring.Results.Count(result => result == step.Outputs[0]) == 1;

    private string Of(int value) => Producer(value) is { } step && IsInlined(step) ? Compute(step) : Escape(names[value]);

    private Step? Producer(int value) => steps.FirstOrDefault(step => step.Outputs.Contains(value));

    private string Compute(Step step) => step switch
    {
        CombineStep combine => $"{Operand(combine.Left, combine)} {combine.Operator} {Operand(combine.Right, combine)}",
        NumberStep number => number.NumberFirst ? $"{Number(number.Number)} {number.Operator} {Primary(Of(number.Value))}" : $"{Primary(Of(number.Value))} {number.Operator} {(number.Number < 0 ? $"({Number(number.Number)})" : Number(number.Number))}",
        NegateStep negate => $"-{Primary(Of(negate.Value))}",
        CatStep cat => $"cat([{string.Join(", ", cat.Items.Select(Of))}], 1)",
        LayerStep layer => Compute(layer),
        _ => throw new InvalidOperationException(step.ToString()),
    };

    private string Compute(LayerStep step)
    {
        var inputs = step.Inputs.Select(Of).ToArray();
        return step.Layer.Kind switch
        {
            nameof(KlToStandardNormal) => $"{(KlToStandardNormal.IsConstant(step.Layer) ? Number(KlToStandardNormal.Weight(step.Layer)) : $"{step.Layer.Name}Weight()")} * KlToStandardNormal({string.Join(", ", inputs)})",
            nameof(Pairing) => $"OptimalTransport.Match({string.Join(", ", inputs)})",
            nameof(Model) => $"Predict({Field(step.Layer)}, {string.Join(", ", inputs)})",
            nameof(Coin) => $"where({Field(step.Layer)}.view(-1{Ones}), {inputs[0]}, {inputs[1]})",
            _ => $"{Field(step.Layer)}.forward({string.Join(", ", step.Inputs.Select(input => IsDouble(input) ? $"{Primary(Of(input))}.to(float32)" : Of(input)))})",
        };
    }

    // What has fewer axes is spread over those that it lacks; a sum inside a product or a difference needs its parentheses.
    private string Operand(int value, CombineStep around)
    {
        var other = value == around.Left ? around.Right : around.Left;
        if (Rank(value) == 1 && Rank(other) > 1)
            return $"PerSample.Column({Of(value)}, {Rank(other)})";
        if (Rank(value) < Rank(other))
            return Primary(Of(value)) + string.Concat(Enumerable.Repeat(".unsqueeze(-1)", Rank(other) - Rank(value)));
        var isSimple = Producer(value) is not { } step || !IsInlined(step) || around.Operator == '+' || step is CombineStep { Operator: '*' } or NumberStep { Operator: '*' } or CatStep;
        return isSimple ? Of(value) : $"({Of(value)})";
    }

    private static string Primary(string text) => SyntaxFacts.IsValidIdentifier(text.TrimStart('@')) || SyntaxFactory.ParseExpression(text) is Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax ? text : $"({text})";

    private int Rank(int value) => Wiring.Values[value].Shape.Rank;

    // Times are float64, and so is what follows from them alone.
    private bool IsDouble(int value) => Rank(value) == 1 && (coupling.HasTimes && value is Earlier or Later && Producer(value) is null || Producer(value) switch
    {
        NumberStep number => IsDouble(number.Value),
        NegateStep negate => IsDouble(negate.Value),
        CombineStep combine => IsDouble(combine.Left) || IsDouble(combine.Right),
        _ => false,
    });

    // Steps that serve the heads of a coin and nothing else. What depends on the whole batch or the step of training is none of them.
    private List<Step> Heads(LayerStep coin)
    {
        var found = new List<Step>();
        foreach (var step in steps.TakeWhile(step => step != coin).Reverse())
        {
            var users = steps.Where(other => other.Inputs.Intersect(step.Outputs).Any()).ToArray();
            var serves = users.All(user => found.Contains(user) || (user == coin && !step.Outputs.Contains(coin.Inputs[1])));
            if (users.Length > 0 && serves && step is not LayerStep { Layer.Kind: nameof(Coin) or nameof(KlToStandardNormal) or nameof(Pairing) } && !step.Outputs.Intersect(Wiring.Results).Any())
                found.Insert(0, step);
        }

        return found;
    }

    private int[] Outside(List<Step> some, int result) =>
        [.. some.SelectMany(step => step.Inputs).Append(result).Distinct().Where(input => !some.Any(step => step.Outputs.Contains(input))).OrderBy(input => input)];

    private Step[] SampleSteps()
    {
        var needed = new HashSet<int> { Wiring.Results[1] };
        foreach (var step in Enumerable.Reverse(steps).Where(step => step.Outputs.Any(needed.Contains)))
            needed.UnionWith(step.Inputs);
        return [.. steps.Where(step => step.Outputs.Any(needed.Contains))];
    }

    private IEnumerable<LayerPlan> SampledNetworks() => SampleSteps().OfType<LayerStep>().Select(step => step.Layer).Where(layer => layer.Kind == "Block").Distinct();

    private bool SamplesNeedLabels() => coupling.HasLabels && SampleSteps().Any(step => step.Inputs.Contains(Labels));

    private bool IsUsed(int value) => steps.Any(step => step.Inputs.Contains(value)) || Wiring.Results.Contains(value);

    private string[] Names()
    {
        var taken = new HashSet<string>(fields.Values)
        {
            "data", "noise", "t", "r", "labels", "classes", "coins", "weights", "model", FirstPredictor, "rows", "_", "cat", "where",
        };
        return [.. Wiring.Values.Select((value, i) =>
        {
            string[] inputs = ["data", "noise", "r", "t"];
            if (i == Labels)
                return "classes";
            if (i < (coupling.HasTimes ? 4 : 2))
                return inputs[i];
            var free = taken.Contains(value.Name) ? value.Name + "Out" : value.Name;
            for (var count = 2; !taken.Add(free); count++)
                free = value.Name + count;
            return free;
        })];
    }

    private string LabelsOfModel => experiment.Model!.TakesLabels ? "labels" : "null";

    private string OfModel(string text) => experiment.Model!.TakesLabels ? text : "";

    private string DataShape => $"[B, {string.Join(", ", experiment.Data!.Shape)}]";

    private string Ones => string.Concat(experiment.Data!.Shape.Select(_ => ", 1"));

    private string Flattened => experiment.Data!.Shape.Count > 1 ? ".flatten(1)" : "";

    private static string Given(LayerPlan part) => string.Join(", ", part.Sizes("arguments").Select(size => size.ToCode()));

    private string Built(LayerPlan part, string weights) => $"new {TypeOf(part)}({(Given(part) is { Length: > 0 } given ? given + ", " : "")}{In(weights)}.Block({Quote(part.Name)}))";

    // A store of weights in the type that networks compute in.
    private string In(string weights) => Low is null ? weights : $"{weights}.In({Low})";

    private string? Low => experiment.Precision?.Type;

    // Short where the experiment's namespace sees it.
    private string TypeOf(LayerPlan part) => (part.Block!.FullName == $"global::{experiment.Name.Namespace}.{part.Block.Name}" ? part.Block.Name : part.Block.FullName) + ".Module";

    private string Field(LayerPlan part) => Escape(fields[part.Name]);

    // Names that the training has already stay its own, and names of parts that differ in the case of their first letter get a number.
    private static Dictionary<string, string> FieldNames(IEnumerable<LayerPlan> parts)
    {
        var (taken, found) = (new HashSet<string>(Taken), new Dictionary<string, string>());
        foreach (var name in parts.Select(part => part.Name))
        {
            var field = char.ToLowerInvariant(name[0]) + name.Substring(1);
            var free = taken.Contains(field) ? field + "Part" : field;
            for (var count = 2; !taken.Add(free); count++)
                free = field + count;
            found[name] = free;
        }

        return found;
    }
}

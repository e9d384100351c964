using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Experiments.Axes.Optimizers;
using CM.Generators.Experiments.Axes.Samplers;
using CM.Generators.Experiments.Parts;
using CM.Generators.Networks.Layers;
using CM.Generators.Schedules;
using CM.Generators.Shapes;
using CM.Generators.Values;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes an experiment's class <c>Trainer</c>: its parts, and the methods in which it differs from others.</summary>
internal sealed class TrainerWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    public void Write()
    {
        Code.Line($"/// <summary>Trains {Experiment.Name.Name}.</summary>");
        using (Code.Braces($"public {New}sealed class Trainer : ConsistencyTrainer<{Module}>"))
        {
            foreach (var (type, name) in Coupling?.Fields ?? [])
                Code.Line($"private readonly {type} {name};");
            if (Coupling?.Fields.Any() == true)
                Code.Line();
            Constructor();
            Code.Line();
            Code.Line("/// <inheritdoc/>");
            Code.Line($"protected override {Module} BuildModel(ParameterStore weights) => new({(Low is null ? "weights" : $"weights.In({Low})")});").Line();
            DrawTimes();
            if (Coupling?.Draws.Any() == true)
            {
                Code.Line("/// <inheritdoc/>");
                Code.Line($"protected override Tensor[] DrawBernoulli(int step, long count) => [{string.Join(", ", Coupling.Draws)}];").Line();
            }

            if (!Experiment.HasSteadyRate)
            {
                RateWriter.Write(Experiment, Code);
                Code.Line();
            }

            Coupling?.Methods();
            new LossWriter(Experiment, Code, Coupling).Write();
            Code.Line();
            Code.Line("/// <inheritdoc/>");
            Code.Line("public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise, Tensor? labels = null) =>");
            Code.Line($"    {AxisKind.Of<SamplerKind>(Experiment.Sampler!).Write(Experiment.Sampler!, Times)};");
        }
    }

    private void Constructor()
    {
        var frozen = Experiment.HasFrozen ? $", {Module}.Layout()" : "";
        var averages = string.Join(", ", Experiment.Averages.Select(average => AxisKind.Of<AverageKind>(average).Construct(average, Times.Code)));
        Code.Line("/// <summary>Draws fresh weights.</summary>");
        Code.Line("/// <param name=\"setup\">Steps, batch, seed, device.</param>");
        var header = $"public Trainer(TrainingSetup setup)\n    : base(setup, {Module}.Layout(){Coupling?.Layout}, [{averages}]{frozen})";
        var statements = Statements().ToArray();
        if (statements.Length == 1)
        {
            Code.Line($"{header} =>\n    {statements[0]}");
            return;
        }

        using (Code.Braces(header))
        {
            foreach (var statement in statements)
                Code.Line(statement);
        }
    }

    private IEnumerable<string> Statements()
    {
        if (Experiment.TakesLabels)
            yield return "TakesLabels = true;";
        if (Experiment.Precision is { } precision)
            yield return $"ComputeIn(global::CM.Dsl.ComputeType.{precision.Name});";
        if (Low is not null)
            yield return "IsLowPrecision = true;";
        if (Experiment.HasTeacher)
            yield return $"TeacherModel = BuildModel(Averages[{Experiment.Averages.Count - 1}].Weights);";
        if (Experiment.Truncation is { } truncation)
            yield return $"Truncation = new({Number(truncation.Start)}{(HasBoundary ? $", Boundary: {Number(truncation.Boundary)}, Weight: {Number(truncation.Weight)}" : "")});";
        if (Experiment.Distillation is not null)
            yield return "FrozenModel.eval();";
        if (Experiment.Coupling is MinibatchOTCoupling)
            yield return "Assignment = OptimalTransport.Assign;";
        foreach (var statement in Coupling?.Construction ?? [])
            yield return statement;
        if (Experiment.LossScale is { } scale)
            yield return $"Scaler = new LossScaler(Weights, {Number(scale.Scale)}, interval: {scale.Interval});";
        if (Experiment.ClipGradNorm is { } bound)
            yield return $"ClipGradNorm = {Number(bound)};";
        yield return $"Optimizer = {AxisKind.Of<OptimizerKind>(Experiment.Optimizer!).Construct(Experiment.Optimizer!)};";
    }

    private void DrawTimes()
    {
        var draw = $"{Times.Code}.Draw(step, Setup.Steps, count, Setup.Device)";
        Code.Line("/// <inheritdoc/>");
        if (HasBoundary)
        {
            var earlier = $"{Times.Code}.TeacherTime({Number(Experiment.Truncation!.Start)}, {(Times.HasStage ? $"{Times.Code}.Stage((double)step / Setup.Steps)" : "0")})";
            Code.Line("protected override (Tensor T, Tensor R) DrawTimes(int step, long count) =>");
            Code.Line($"    WithBoundary({draw}, {earlier});");
        }
        else
        {
            Code.Line($"protected override (Tensor T, Tensor R) DrawTimes(int step, long count) => {draw};");
        }

        Code.Line();
    }
}

using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Averages;
using CM.Generators.Experiments.Axes.Optimizers;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes an experiment's class <c>Training</c>: networks, one step, and what <see cref="LossWriter"/> and <see cref="SamplerWriter"/> write.</summary>
internal sealed class TrainingWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    // Tensors that are drawn for the whole batch in a step, in the order of MeanLoss's parameters.
    private IEnumerable<string> Drawn => ["noise", "t", "r", .. Coupling?.TossNames ?? []];

    private string[] Given => ["data", .. Experiment.TakesLabels ? (string[])["labels"] : [], .. Drawn];

    public void Write()
    {
        var loss = new LossWriter(Experiment, Code, Coupling);
        var sampler = new SamplerWriter(Experiment, Code, Coupling);
        Code.Line($"/// <summary>{Experiment.Name.Name} while it is trained: weights, averages and optimiser, one step, and the sampler.</summary>");
        using (Code.Braces($"public {New}sealed class Training : global::CM.Runtime.Training"))
        {
            Code.Line($"private readonly {Module} model;");
            if (Experiment.HasTeacher)
                Code.Line($"private readonly {Module} teacher;");
            if (Experiment.Truncation is not null)
                Code.Line($"private readonly {Module} firstStage;");
            if (Experiment.Distillation is not null)
                Code.Line($"private readonly {Module} diffusion;");
            foreach (var (type, name) in Coupling?.Fields ?? [])
                Code.Line($"private readonly {type} {name};");
            Code.Line();
            Constructor();
            Code.Line();
            Step();
            Code.Line();
            Coupling?.Methods();
            loss.Losses();
            Code.Line();
            if (!Times.IsDiffusion)
            {
                loss.Target();
                Code.Line();
            }

            sampler.Write();
            Code.Line();
            loss.Noisy();
            Code.Line();
            loss.Denoise("Denoise", Times.SamplesDifferently ? ", while training" : "", "Keep", "Give");
            if (Times.SamplesDifferently)
            {
                Code.Line();
                loss.Denoise("DenoiseWhenSampling", ", while sampling", Times.Keep, Times.Give);
            }
        }
    }

    private void Constructor()
    {
        var optimizer = Experiment.Optimizer!;
        Code.Line("/// <summary>Draws fresh weights.</summary>");
        Code.Line("/// <param name=\"setup\">Steps, batch, seed, device.</param>");
        using (Code.Braces($"public Training(TrainingSetup setup)\n    : base(setup, {Module}.Layout(){Coupling?.Layout}, [{string.Join(", ", Experiment.Averages.Select(average => AxisKind.Of<AverageKind>(average).Construct(average, Times.Code)))}]{(Experiment.HasFrozen ? $", {Module}.Layout()" : "")})"))
        {
            if (Experiment.Precision is { } precision)
                Code.Line($"ComputeIn(global::CM.Dsl.Compute.{precision.Name});");
            Code.Line($"model = new {Module}({In("Weights")});");
            if (Experiment.HasTeacher)
                Code.Line($"teacher = new {Module}({In($"Averages[{Experiment.Averages.Count - 1}].Weights")});");
            if (Experiment.Truncation is not null)
                Code.Line($"firstStage = new {Module}({In("Frozen")});");
            if (Experiment.Distillation is not null)
                Code.Line($"diffusion = new {Module}({In("Frozen")});").Line("diffusion.eval();");
            foreach (var statement in Coupling?.Construction ?? [])
                Code.Line(statement);
            if (Experiment.LossScale is { } scale)
                Code.Line($"Scaler = new LossScaler(Weights, {Number(scale.Scale)}, interval: {scale.Interval});");
            Code.Line($"Optimizer = {AxisKind.Of<OptimizerKind>(optimizer).Construct(optimizer)};");
        }
    }

    private void Step()
    {
        Code.Line("/// <inheritdoc/>");
        using (Code.Braces($"public override Tensor Step(Tensor data, {OfStep("Tensor labels, ")}int step)"))
        {
            Code.Line("using var _ = BeginStep(step);");
            Draws();
            Code.Line($"var loss = Gradients({string.Join(", ", Given)});");
            Line("AllReduce(loss);", "and the gradients, where there are several processes");
            if (!Experiment.HasSteadyRate)
                Code.Line("Optimizer.Rate = Rate(step);");
            var update = $"Update(step{(Experiment.ClipNorm is { } bound ? $", clip: {Number(bound)}" : "")});";
            if (Experiment.LossScale is null)
                Line(update, Experiment.Averages.Count > 0 ? "weights and averages" : "weights");
            else
                Code.Line("if (Scaler!.Unscale())                  // otherwise gradients overflowed, and the step is left out").Line($"    {update}").Line("else").Line("    UpdateAverages(step);");
            Code.Line("return loss.MoveToOuterDisposeScope();");
        }

        Code.Line();
        Gradients();
        if (!Experiment.HasSteadyRate)
        {
            Code.Line();
            RateWriter.Write(Experiment, Code);
        }

        Code.Line();
        MeanLoss();
        if (HasBoundary)
            BucketMean();
    }

    private void Gradients()
    {
        Code.Line("// The gradients of a batch, and its mean loss: the sum over all parts.");
        using (Code.Braces($"private Tensor Gradients({string.Join(", ", Given.Select(name => "Tensor " + name))})"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            Code.Line("Weights.ZeroGradients();");
            CastWeights();
            Code.Line("var loss = zeros([], device: data.device);");
            using (Code.Braces($"{"foreach (var part in Parts(data))",-72} // one, unless --micro-batch says more"))
            {
                var drawn = string.Concat(Drawn.Select(name => $", part.Of({name})"));
                Code.Line($"using var share = MeanLoss(part, part.OfOwn(data){OfStep(", part.OfOwn(labels)")}{drawn}, Now);");
                if (Experiment.LossScale is null)
                    Code.Line("share.backward();");
                else
                    Code.Line("using var scaled = Scaler!.Scaled(share);").Line("scaled.backward();");
                if (Low is not null)
                    Code.Line($"{"Weights.CollectGradients();",-68} // to the float32 ones");
                Code.Line("loss.add_(share.detach());");
            }

            Code.Line();
            Code.Line("return loss.MoveToOuterDisposeScope();");
        }
    }

    private void Draws()
    {
        Line("var noise = randn(BatchShape(data), device: data.device);", $"z, {Shape}, with B of all processes");
        if (Experiment.Coupling is MinibatchOTCoupling)
            Line("noise = OptimalTransport.Match(WholeBatch(data), noise);", "the same draws in the order that lies closest to the data");
        Line($"var (t, r) = {Times.Code}.Draw(step, Setup.Steps, noise.shape[0], data.device);", "[B] each, float64");
        if (HasBoundary)
        {
            var start = Number(Experiment.Truncation!.Start);
            Line($"var boundary = {BoundaryOf("noise.shape[0]")};", $"the first samples are trained at t' = {start}");
            Code.Line($"t.narrow(0, 0, boundary).fill_({start});");
            Code.Line($"r.narrow(0, 0, boundary).fill_({Times.Code}.Earlier({start}, {(Times.HasStage ? $"{Times.Code}.Stage((double)step / Setup.Steps)" : "0")}));");
        }

        foreach (var (statement, remark) in Coupling?.Tosses ?? [])
            Line(statement, remark);
    }

    private void MeanLoss()
    {
        Code.Line("// The share of a part of the batch in the mean loss.");
        using (Code.Braces($"private Tensor MeanLoss(BatchPart part, Tensor data{OfStep(", Tensor labels")}{string.Concat(Drawn.Select(name => $", Tensor {name}"))}, int step)"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            if (Coupling?.TrainsNetworks == true)
                Code.Line("using var drawn = SeedCoupling(step, data.shape[0]);");
            if (Coupling is not null)
                Code.Line($"var pair = {Coupling.Call};");
            Line($"var losses = Losses({(Coupling is null ? "data, noise" : "pair.Data, pair.Noise")}, t, r{OfModel(", labels")}{OfDropout(", step")});", "[B]");
            Line("Note(t, losses);", "the log tells the loss by time");
            var penalised = Experiment.Coupling is DeclaredCoupling { HasPenalty: true };
            Code.Line(penalised && HasBoundary ? $"return ({Mean("losses")} + part.Mean(pair.Penalty)).MoveToOuterDisposeScope();" : $"return {Mean(penalised ? "losses + pair.Penalty" : "losses")}.MoveToOuterDisposeScope();");
        }
    }

    private void BucketMean()
    {
        var (start, weight) = (Number(Experiment.Truncation!.Start), Experiment.Truncation.Weight == 1 ? "" : Number(Experiment.Truncation.Weight));
        Code.Line();
        Code.Line($"/// <summary>The loss of a batch: the mean over the samples later than t' = {start}, plus {(weight.Length > 0 ? weight + " times " : "")}that over the samples at t', which come first (Lee et al. 2025, section 3).</summary>");
        Code.Line("/// <param name=\"losses\">The loss of each sample, <c>[B]</c>.</param>");
        Code.Line("/// <returns>One number.</returns>");
        Code.Line("public static Tensor Mean(Tensor losses) => Mean(losses, BatchPart.Whole(losses.shape[0]));").Line();
        Code.Line("// The share of a part in it.");
        Code.Line($"private static Tensor Mean(Tensor losses, BatchPart part) => part.Mean(losses, {BoundaryOf("part.Batch")}, {Number(Experiment.Truncation.Weight)});");
    }

    private string BoundaryOf(string batch) => $"(long)({Number(Experiment.Truncation!.Boundary)} * {batch})";

    private string Mean(string losses) => HasBoundary ? $"Mean({losses}, part)" : $"part.Mean({losses})";
}

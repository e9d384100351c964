using CM.Generators.Couplings;
using CM.Generators.Experiments;
using static CM.Generators.Writing.CodeWriter;

namespace CM.Generators.Writing;

/// <summary>Writes the generated part of an experiment: its plan, its training loop, and its training with step, losses and sampler.</summary>
internal sealed class ExperimentWriter
{
    private readonly Experiment experiment;
    private readonly CodeWriter code;
    private readonly CouplingCode? coupling;

    private ExperimentWriter(Experiment experiment, CodeWriter code)
    {
        this.experiment = experiment;
        this.code = code;
        if (experiment is { Obstacle: null, Coupling: DeclaredCoupling declared })
            coupling = new(declared, experiment, code);
    }

    private string New => experiment.HidesBase ? "new " : "";

    private TimesAxis Times => experiment.Times!;

    private string Module => experiment.Model!.Code + ".Module";

    /// <summary>A batch of examples, such as <c>[B, 2]</c>.</summary>
    private string Shape => $"[B, {string.Join(", ", experiment.Data!.Shape)}]";

    public static string Write(Experiment experiment) => CodeWriter.File(
        experiment.Obstacle is { } obstacle ? $"{experiment.Name.Name} {obstacle}" : $"{experiment.Name.Name}: {experiment.Model!.Name} on {experiment.Data!.Name}",
        experiment.Name, "",
        ["System.Collections.Generic", "CM.Runtime", .. experiment is { Obstacle: null, Optimizer.IsSteady: false } ? (string[])["static System.Math"] : [], "static TorchSharp.torch"],
        code => new ExperimentWriter(experiment, code).Members());

    /// <summary>Labels of a batch.</summary>
    private string Classes => $"[B, {experiment.Data!.Classes}]";

    private static string Truth(bool value) => value ? "true" : "false";

    // A statement and, at a common column, what it makes.
    private void Line(string statement, string remark) => code.Line($"{statement,-72} // {remark}");

    private void Members()
    {
        if (experiment.Obstacle is { } obstacle)
        {
            Broken($"{experiment.Name.Name} {obstacle}.");
            return;
        }

        Plan();
        code.Line();
        Train();
        code.Line();
        Training();
    }

    // The type that networks compute in, where it is not float32.
    private string? Low => experiment.Precision?.Type;

    // A store of weights in that type.
    private string In(string weights) => Low is null ? weights : $"{weights}.In({Low})";

    private void CastWeights()
    {
        if (Low is not null)
            Line("CastWeights();", $"to {Low}, once for all passes");
    }

    private void Broken(string message)
    {
        var fail = $"throw new global::System.NotSupportedException({Quote(message)})";
        code.Line($"public static {New}ExperimentPlan Plan => {fail};").Line();
        code.Line($"public static {New}void Train(TrainingRun run) => {fail};").Line();
        using (code.Braces($"public {New}sealed class Training(TrainingSetup setup) : global::CM.Runtime.Training(setup, Refuse(), [])"))
        {
            code.Line($"private static ParameterLayout Refuse() => {fail};").Line();
            code.Line($"public override Tensor Step(Tensor data, int step) => {fail};").Line();
            code.Line($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise) => {fail};");
        }
    }

    private void Plan()
    {
        code.Line("/// <summary>Everything the declaration says.</summary>");
        using (code.Braces($"public static {New}ExperimentPlan Plan {{ get; }} = new()", "};"))
        {
            code.Line($"Name = {Quote(experiment.Name.Name)},");
            code.Line($"FullName = {Quote(experiment.Name.Text)},");
            code.Line($"Steps = {experiment.Steps},");
            code.Line($"Batch = {experiment.Batch},");
            code.Line($"Seed = {experiment.Seed},");
            code.Line($"Data = new {experiment.Data!.Code}(),");
            code.Line($"DataShape = [{string.Join(", ", experiment.Data.Shape)}],");
            if (experiment.HorizontalFlip)
                code.Line("HorizontalFlip = true,");
            if (experiment.TakesLabels)
                code.Line($"Classes = {experiment.Data.Classes},");
            if (coupling?.Matches == true)
                code.Line("CouplesBatch = true,");
            code.Line($"Network = {Quote(experiment.Model!.Name)},");
            code.Line($"Copies = {MemoryNeed.CopiesOf(experiment)},");
            code.Line($"Times = ({Number(Times.From)}, {Number(Times.To)}),");
            code.Line($"SampleTimes = [{string.Join(", ", experiment.SampleTimes.Select(Number))}],");
            if (experiment.Origin is { } origin)
                code.Line($"Origin = new({Quote(origin.FullName)}, Starts: {Truth(origin.Starts)}, Continues: {Truth(origin.Continues)}),");
            if (experiment.Evaluation is { } evaluation)
                code.Line($"Evaluation = new({evaluation.Every}, {evaluation.Samples}, {evaluation.Classifier ?? "null"}),");
            if (experiment.Comparison is { } comparison)
                code.Line($"Comparison = new([{string.Join(", ", comparison.Groups.Select(Quote))}], {comparison.Seeds}),");
            code.Line("Declaration =").Line("[");
            using (code.Indent())
            {
                foreach (var (axis, text) in Declaration())
                    code.Line($"new({Quote(axis)}, {Quote(text)}),");
            }

            code.Line("],");
        }
    }

    private IEnumerable<(string Axis, string Text)> Declaration()
    {
        var optimizer = experiment.Optimizer!;
        yield return ("Data", $"{experiment.Data!.Name}, [{string.Join(", ", experiment.Data.Shape)}]{OfStep($", {experiment.Data.Classes} classes")}");
        if (experiment.HorizontalFlip)
            yield return ("Augmentation", "horizontal flip");
        yield return ("Model", experiment.Model!.Name);
        yield return ("Coupling", experiment.Coupling!.Name);
        yield return ("Times", Times.Summary);
        if (experiment.Origin is { } origin)
            yield return ("Run", origin.Starts ? $"starts from {origin.Experiment}{(origin.Continues ? " and counts steps on" : "")}" : $"frozen weights of {origin.Experiment}");
        if (experiment.Truncation is { } truncation)
            yield return ("Truncated", $"at {Number(truncation.Start)}{(truncation.Boundary > 0 ? $", {Number(truncation.Boundary)} of a batch there, weight {Number(truncation.Weight)}" : "")}");
        if (experiment.Distillation is not null)
            yield return ("Distilled", $"paths of {experiment.Origin!.Experiment}");
        yield return ("Loss", experiment.Loss switch
        {
            PseudoHuberLoss { C: 0, PerElement: true } => "absolute differences, summed",
            PseudoHuberLoss { C: 0 } => "Euclidean distance",
            PseudoHuberLoss huber => $"pseudo-Huber, c = {Number(huber.C)}{(huber.PerElement ? ", of every element" : "")}",
            _ => "squared Euclidean distance",
        });
        yield return ("Optimiser", $"{optimizer.Kind}, rate {Number(optimizer.Rate)}{RateText(optimizer)}{string.Concat(optimizer.Settings.Select(setting => $", {setting.Name} {setting.Value}"))}");
        if (experiment.Precision is { } precision)
            yield return ("Precision", precision.Type is null ? precision.Name : $"networks in {precision.Name.ToLowerInvariant()}");
        if (experiment.LossScale is { } scale)
            yield return ("Loss scale", $"{Number(scale.Scale)} at first, doubled after {scale.Interval} steps without an overflow");
        if (experiment.ClipNorm is { } bound)
            yield return ("Gradient norm", $"at most {Number(bound)}");
        if (experiment.Averages.Count > 0)
            yield return ("EMA", string.Join(", ", experiment.Averages.Select(AverageText)));
        yield return experiment.Heun is { } heun ? ("Sampler", $"Heun, {heun.Steps} steps{(heun.Rho == 7 ? "" : $", rho {Number(heun.Rho)}")}") : ("Sampling times", string.Join(", ", experiment.SampleTimes.Select(Number)) + (experiment.SameNoise ? ", with the same noise" : ""));
    }

    // Under the name that the average has in a checkpoint.
    private static string AverageText(AverageAxis average) => average.Kind switch
    {
        "EmaWarmUp" => "warm-up-",
        "EmaPower" => average.Settings.Any(setting => setting.Name == "swapped") ? "swapped-power-" : "power-",
        "EmaHalfLife" => "half-life-",
        "EmaTeacher" => "teacher-",
        _ => "",
    } + Number(average.Size) + string.Concat(average.Settings.Where(setting => setting.Name != "swapped").Select(setting => $" {setting.Name} {setting.Value}"));

    private string NewAverage(AverageAxis average) =>
        $"new {average.Kind}({Number(average.Size)}{Arguments(average.Settings)}{(average is { Teaches: true, Settings.Count: > 0 } ? $", step => {Times.Code}.Cuts(step, setup.Steps)" : "")})";

    private static string Arguments(EquatableArray<Setting> settings) => string.Concat(settings.Select(setting => $", {setting.Name}: {setting.Value}"));

    private void Train()
    {
        code.Line("/// <summary>The training loop.</summary>");
        code.Line("/// <param name=\"run\">Folder, data, log and checkpoints of this run.</param>");
        using (code.Braces($"public static {New}void Train(TrainingRun run)"))
        {
            code.Line("using var training = new Training(run.Setup);");
            code.Line("run.Begin(training);                    // fresh weights, or those of the checkpoint that is resumed");
            using (code.Braces("while (run.NextStep(out var step))      // until the last step, or until somebody asks to stop"))
            {
                code.Line($"using var data = run.NextBatch();   // {Shape}");
                if (experiment.TakesLabels)
                    code.Line($"using var labels = run.Labels();    // {Classes}");
                code.Line($"using var loss = training.Step(data, {OfStep("labels, ")}step);");
                code.Line("run.EndStep(loss);                  // progress, log, samples, checkpoint");
            }

            code.Line();
            code.Line("run.Finish();");
        }
    }

    private void Training()
    {
        code.Line($"/// <summary>{experiment.Name.Name} while it is trained: weights, averages and optimiser, one step, and the sampler.</summary>");
        using (code.Braces($"public {New}sealed class Training : global::CM.Runtime.Training"))
        {
            code.Line($"private readonly {Module} model;");
            if (experiment.HasTeacher)
                code.Line($"private readonly {Module} teacher;");
            if (experiment.Truncation is not null)
                code.Line($"private readonly {Module} firstStage;");
            if (experiment.Distillation is not null)
                code.Line($"private readonly {Module} diffusion;");
            foreach (var (type, name) in coupling?.Fields ?? [])
                code.Line($"private readonly {type} {name};");
            code.Line();
            Constructor();
            code.Line();
            Step();
            code.Line();
            coupling?.Methods();
            Losses();
            code.Line();
            if (!Times.IsDiffusion)
            {
                Target();
                code.Line();
            }

            if (experiment.Heun is { } heun)
                Integrate(heun);
            else
                Sample();
            code.Line();
            Restore();
            code.Line();
            if (experiment.Coupling is not IndependentCoupling)
            {
                Matched();
                code.Line();
            }

            Noisy();
            code.Line();
            Denoise("Denoise", Times.SamplesDifferently ? ", while training" : "", "Keep", "Give");
            if (Times.SamplesDifferently)
            {
                code.Line();
                Denoise("DenoiseWhenSampling", ", while sampling", Times.Keep, Times.Give);
            }
        }
    }

    private void Constructor()
    {
        var optimizer = experiment.Optimizer!;
        code.Line("/// <summary>Draws fresh weights.</summary>");
        code.Line("/// <param name=\"setup\">Steps, batch, seed, device.</param>");
        using (code.Braces($"public Training(TrainingSetup setup)\n    : base(setup, {Module}.Layout(){coupling?.Layout}, [{string.Join(", ", experiment.Averages.Select(NewAverage))}]{(experiment.HasFrozen ? $", {Module}.Layout()" : "")})"))
        {
            if (experiment.Precision is { } precision)
                code.Line($"ComputeIn(global::CM.Dsl.Compute.{precision.Name});");
            code.Line($"model = new {Module}({In("Weights")});");
            if (experiment.HasTeacher)
                code.Line($"teacher = new {Module}({In($"Averages[{experiment.Averages.Count - 1}].Weights")});");
            if (experiment.Truncation is not null)
                code.Line($"firstStage = new {Module}({In("Frozen")});");
            if (experiment.Distillation is not null)
                code.Line($"diffusion = new {Module}({In("Frozen")});").Line("diffusion.eval();");
            foreach (var statement in coupling?.Construction ?? [])
                code.Line(statement);
            if (experiment.LossScale is { } scale)
                code.Line($"Scaler = new LossScaler(Weights, {Number(scale.Scale)}, interval: {scale.Interval});");
            code.Line($"Optimizer = new {optimizer.Kind}(Weights, {Number(optimizer.Rate)}{Arguments(optimizer.Settings)});");
        }
    }

    private void Step()
    {
        code.Line("/// <inheritdoc/>");
        using (code.Braces($"public override Tensor Step(Tensor data, {OfStep("Tensor labels, ")}int step)"))
        {
            code.Line("using var _ = BeginStep(step);");
            Draws();
            code.Line($"var loss = Gradients({string.Join(", ", Given())});");
            Line("AllReduce(loss);", "and the gradients, where there are several processes");
            if (!experiment.Optimizer!.IsSteady)
                code.Line("Optimizer.Rate = Rate(step);");
            var update = $"Update(step{(experiment.ClipNorm is { } bound ? $", clip: {Number(bound)}" : "")});";
            if (experiment.LossScale is null)
                Line(update, experiment.Averages.Count > 0 ? "weights and averages" : "weights");
            else
                code.Line("if (Scaler!.Unscale())                  // otherwise gradients overflowed, and the step is left out").Line($"    {update}").Line("else").Line("    UpdateAverages(step);");
            code.Line("return loss.MoveToOuterDisposeScope();");
        }

        code.Line();
        Gradients();
        if (!experiment.Optimizer!.IsSteady)
        {
            code.Line();
            code.Line($"// The learning rate at step k: {Number(experiment.Optimizer.Rate)}{RateText(experiment.Optimizer)}.");
            Rate(experiment.Optimizer);
        }

        code.Line();
        MeanLoss();
        if (HasBoundary)
            BucketMean();
    }

    private string[] Given() => ["data", .. experiment.TakesLabels ? (string[])["labels"] : [], .. Drawn()];

    private void Gradients()
    {
        code.Line("// The gradients of a batch, and its mean loss: the sum over all parts.");
        using (code.Braces($"private Tensor Gradients({string.Join(", ", Given().Select(name => "Tensor " + name))})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line("Weights.ZeroGradients();");
            CastWeights();
            code.Line("var loss = zeros([], device: data.device);");
            using (code.Braces($"{"foreach (var part in Parts(data))",-72} // one, unless --micro-batch says more"))
            {
                var drawn = string.Concat(Drawn().Select(name => $", part.Of({name})"));
                code.Line($"using var share = MeanLoss(part, part.OfOwn(data){OfStep(", part.OfOwn(labels)")}{drawn}, Now);");
                if (experiment.LossScale is null)
                    code.Line("share.backward();");
                else
                    code.Line("using var scaled = Scaler!.Scaled(share);").Line("scaled.backward();");
                if (Low is not null)
                    code.Line($"{"Weights.CollectGradients();",-68} // to the float32 ones");
                code.Line("loss.add_(share.detach());");
            }

            code.Line();
            code.Line("return loss.MoveToOuterDisposeScope();");
        }
    }

    // What is drawn for the whole batch in a step, in the order of MeanLoss's parameters.
    private IEnumerable<string> Drawn() => ["noise", "t", "r", .. coupling?.TossNames ?? []];

    private void Draws()
    {
        Line("var noise = randn(BatchShape(data), device: data.device);", $"z, {Shape}, with B of all processes");
        if (experiment.Coupling is MinibatchOTCoupling)
            Line("noise = OptimalTransport.Match(WholeBatch(data), noise);", "the same draws in the order that lies closest to the data");
        Line($"var (t, r) = {Times.Code}.Draw(step, Setup.Steps, noise.shape[0], data.device);", "[B] each, float64");
        if (HasBoundary)
        {
            var start = Number(experiment.Truncation!.Start);
            Line($"var boundary = {BoundaryOf("noise.shape[0]")};", $"the first samples are trained at t' = {start}");
            code.Line($"t.narrow(0, 0, boundary).fill_({start});");
            code.Line($"r.narrow(0, 0, boundary).fill_({Times.Code}.Earlier({start}, {(Times.HasStage ? $"{Times.Code}.Stage((double)step / Setup.Steps)" : "0")}));");
        }

        foreach (var (statement, remark) in coupling?.Tosses ?? [])
            Line(statement, remark);
    }

    private void MeanLoss()
    {
        code.Line("// The share of a part of the batch in the mean loss.");
        using (code.Braces($"private Tensor MeanLoss(BatchPart part, Tensor data{OfStep(", Tensor labels")}{string.Concat(Drawn().Select(name => $", Tensor {name}"))}, int step)"))
        {
            code.Line("using var _ = NewDisposeScope();");
            if (coupling?.TrainsNetworks == true)
                code.Line("using var drawn = SeedCoupling(step, data.shape[0]);");
            if (coupling is not null)
                code.Line($"var pair = {coupling.Call};");
            Line($"var losses = Losses({(coupling is null ? "data, noise" : "pair.Data, pair.Noise")}, t, r{OfModel(", labels")}{Given(", step")});", "[B]");
            Line("Note(t, losses);", "the log tells the loss by time");
            var penalised = experiment.Coupling is DeclaredCoupling { HasPenalty: true };
            code.Line(penalised && HasBoundary ? $"return ({Mean("losses")} + part.Mean(pair.Penalty)).MoveToOuterDisposeScope();" : $"return {Mean(penalised ? "losses + pair.Penalty" : "losses")}.MoveToOuterDisposeScope();");
        }
    }

    private bool HasBoundary => experiment.Truncation is { Boundary: > 0 };

    private string BoundaryOf(string batch) => $"(long)({Number(experiment.Truncation!.Boundary)} * {batch})";

    private string Mean(string losses) => HasBoundary ? $"Mean({losses}, part)" : $"part.Mean({losses})";

    private void BucketMean()
    {
        var (start, weight) = (Number(experiment.Truncation!.Start), experiment.Truncation.Weight == 1 ? "" : Number(experiment.Truncation.Weight));
        code.Line();
        code.Line($"/// <summary>The loss of a batch: the mean over the samples later than t' = {start}, plus {(weight.Length > 0 ? weight + " times " : "")}that over the samples at t', which come first (Lee et al. 2025, section 3).</summary>");
        code.Line("/// <param name=\"losses\">The loss of each sample, <c>[B]</c>.</param>");
        code.Line("/// <returns>One number.</returns>");
        code.Line("public static Tensor Mean(Tensor losses) => Mean(losses, BatchPart.Whole(losses.shape[0]));").Line();
        code.Line("// The share of a part in it.");
        code.Line($"private static Tensor Mean(Tensor losses, BatchPart part) => part.Mean(losses, {BoundaryOf("part.Batch")}, {Number(experiment.Truncation.Weight)});");
    }

    private static string RateText(OptimizerAxis optimizer) =>
        (optimizer.WarmUp is { } warmUp ? $"·min({Clipped(warmUp.After)}/{Number(warmUp.Steps)}, 1)" : "") + optimizer.Decay switch
        {
            InverseSqrtDecay { After: 0 } decay => $"/√max(k/{Number(decay.Steps)}, 1)",
            InverseSqrtDecay decay => $"/√max((k − {Number(decay.After)})/{Number(decay.Steps)}, 1)",
            CosineDecay when optimizer.WarmUp is { End: var end } => $"·½(1 + cos(π·{Clipped(end)}/(steps − {Number(end)})))",
            CosineDecay => "·½(1 + cos(π·k/steps))",
            _ => "",
        };

    private static string Clipped(double from) => from == 0 ? "k" : $"max(k − {Number(from)}, 0)";

    private void Rate(OptimizerAxis optimizer)
    {
        var rate = Number(optimizer.Rate);
        if (optimizer.WarmUp is { } warmUp)
            rate += $" * Min({(warmUp.After == 0 ? "step" : $"Max(step - {Number(warmUp.After)}, 0)")} / {Real(warmUp.Steps)}, 1)";
        rate += optimizer.Decay switch
        {
            InverseSqrtDecay decay => $" / Sqrt(Max({(decay.After == 0 ? "step" : $"(step - {Number(decay.After)})")} / {Real(decay.Steps)}, 1))",
            CosineDecay when optimizer.WarmUp is { End: var end } => $" * 0.5 * (1 + Cos(PI * Max(step - {Number(end)}, 0) / Max(Setup.Steps - {Number(end)}, 1)))",
            CosineDecay => " * 0.5 * (1 + Cos(PI * step / Setup.Steps))",
            _ => "",
        };
        code.Line($"private {(optimizer.Decay is CosineDecay ? "" : "static ")}double Rate(int step) => {rate};");

        // Not a whole number, whose quotients are whole.
        static string Real(double value) => Number(value) is var text && text.All(char.IsDigit) ? text + ".0" : text;
    }

    // Dropout needs the step, so that student and teacher get the same masks.
    private string Given(string text) => experiment.Model!.HasDropout ? text : "";

    // What is there only where the model takes labels.
    private string OfModel(string text) => experiment.Model!.TakesLabels ? text : "";

    // What is there only where some network takes labels.
    private string OfStep(string text) => experiment.TakesLabels ? text : "";

    private void Losses()
    {
        var distance = Times.IsDiffusion ? "d(f(x_t, t), x) (Karras et al. 2022, equation 2)" : "d(f(x_t, t), f(x_r, r)) (Song and Dhariwal 2023, equation 3)";
        code.Line($"/// <summary>The loss of each {(coupling is null ? "sample" : "pair")}, {(Times.WeightIsOne ? "" : "Weight(t, r)·")}{distance}, where {Xml(DistanceText())}.</summary>");
        code.Line($"/// <param name=\"data\">Data x{(coupling is null ? "" : ", or what stands in for them")}, <c>{Shape}</c>, float32.</param>");
        code.Line($"/// <param name=\"noise\">Noise z of the same shape{(coupling is null ? ", standard normal" : "")}.</param>");
        code.Line("/// <param name=\"t\">The student's times, <c>[B]</c>, float64.</param>");
        code.Line($"/// <param name=\"r\">The teacher's times, <c>[B]</c>, float64{(Times.IsDiffusion ? "; all 0, the data itself is the target" : Times.ReachesData ? "; where r = 0 the data itself is the target" : "")}.</param>");
        if (experiment.Model!.TakesLabels)
            code.Line($"/// <param name=\"labels\">One-hot, <c>{Classes}</c>, float32.</param>");
        if (experiment.Model.HasDropout)
            code.Line("/// <param name=\"step\">Decides the dropout masks.</param>");
        code.Line("/// <returns><c>[B]</c>, float32.</returns>");
        using (code.Braces($"public Tensor Losses(Tensor data, Tensor noise, Tensor t, Tensor r{OfModel(", Tensor labels")}{Given(", int step")})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            // A student that normalises its weights goes first: the teacher sees the normalised ones.
            if (experiment.Model.NormalisesWeights)
                Denoised();
            if (!Times.IsDiffusion)
                Line($"var target = Target(data, noise, {(TargetTakesTime ? "t, " : "")}r{OfModel(", labels")}{Given(", step")});", $"{Shape}, without gradient");
            if (!experiment.Model.NormalisesWeights)
                Denoised();
            Distance();
            if (Times.WeightIsOne)
            {
                code.Line("return distance.MoveToOuterDisposeScope();");
            }
            else
            {
                Line($"var weight = {Times.Code}.Weight(t, r).to(float32);", "[B]");
                code.Line("return (weight * distance).MoveToOuterDisposeScope();");
            }
        }
    }

    private void Denoised()
    {
        if (experiment.Model!.HasDropout)
            code.Line("using var masks = SeedDropout(step, data.shape[0]);");
        Line($"var denoised = Denoise(model, Noisy(data, noise, t), t{OfModel(", labels")});", experiment.Model.NormalisesWeights ? $"f(x_t, t), {Shape}; brings the weights to magnitude 1" : $"f(x_t, t), {Shape}");
    }

    private string DistanceText() => experiment.Loss switch
    {
        PseudoHuberLoss { C: 0, PerElement: true } => "d(a, b) = Σ|aᵢ − bᵢ|",
        PseudoHuberLoss { C: 0 } => "d(a, b) = ‖a − b‖",
        PseudoHuberLoss { PerElement: true } huber => $"d(a, b) = Σ(√((aᵢ − bᵢ)² + c²) − c) and c = {Number(huber.C)}",
        PseudoHuberLoss huber => $"d(a, b) = √(‖a − b‖² + c²) − c and c = {Number(huber.C)}",
        _ => "d(a, b) = ‖a − b‖²",
    };

    private string Goal => Times.IsDiffusion ? "data" : "target";

    private string Teacher => experiment.HasTeacher ? "teacher" : "model";

    private void Distance()
    {
        var flat = experiment.Data!.Shape.Count > 1 ? ".flatten(1)" : "";
        switch (experiment.Loss)
        {
            case PseudoHuberLoss { C: 0, PerElement: true }:
                Line($"var distance = (denoised - {Goal}).abs(){flat}.sum(1);", "[B]");
                break;
            case PseudoHuberLoss { C: 0 }:
                Line($"var distance = (denoised - {Goal}){flat}.norm(1);", "[B], along axis 1; its gradient at 0 is 0");
                break;
            case PseudoHuberLoss { PerElement: true } huber:
                code.Line($"const double C = {Number(huber.C)};");
                Line($"var distance = (((denoised - {Goal}).square() + C * C).sqrt() - C){flat}.sum(1);", "[B]");
                break;
            case PseudoHuberLoss huber:
                code.Line($"const double C = {Number(huber.C)};");
                Line($"var distance = ((denoised - {Goal}).square(){flat}.sum(1) + C * C).sqrt() - C;", "[B]");
                break;
            default:
                Line($"var distance = (denoised - {Goal}).square(){flat}.sum(1);", "[B]");
                break;
        }
    }

    // Distillation starts at the student's time.
    private bool TargetTakesTime => experiment.Distillation is not null;

    private void Target()
    {
        if (experiment.Truncation is not null)
        {
            TruncatedTarget();
            return;
        }

        if (experiment.Distillation is { } distillation)
        {
            DistilledTarget(distillation);
            return;
        }

        var dropout = experiment.Model!.HasDropout;
        code.Line($"// f(x_r, r) of {(experiment.HasTeacher ? "averaged" : "the same")} weights, without gradient{(Times.ReachesData ? "; the data itself where r = 0" : "")}.");
        using (code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor r{OfModel(", Tensor labels")}{Given(", int step")})"))
        {
            code.Line("using var frozen = no_grad();");
            if (!Times.ReachesData)
            {
                code.Line("using var _ = NewDisposeScope();");
                if (dropout)
                    code.Line("using var masks = SeedDropout(step, data.shape[0]);");
                code.Line($"return Denoise({Teacher}, Noisy(data, noise, r), r{OfModel(", labels")}).MoveToOuterDisposeScope();");
            }
            else
            {
                code.Line("return Where(r.gt(0), data, rows =>").Line("{");
                using (code.Indent())
                {
                    code.Line("using var _ = NewDisposeScope();");
                    code.Line("var positive = rows.Times(r);");
                    if (dropout)
                        code.Line("using var masks = SeedDropout(step, data.shape[0], rows.Places);");
                    code.Line($"return Denoise({Teacher}, Noisy(rows.Of(data), rows.Of(noise), positive), positive{OfModel(", rows.Of(labels)")}).MoveToOuterDisposeScope();");
                }

                code.Line("});");
            }
        }
    }

    private void DistilledTarget(Distillation distillation)
    {
        code.Line($"// f(x_r, r) of {(experiment.HasTeacher ? "averaged" : "the same")} weights, without gradient; x_r lies an Euler step of the diffusion model's equation away from x_t (Song et al. 2023, equation 6).");
        using (code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor t, Tensor r{OfModel(", Tensor labels")}{Given(", int step")})"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            Line("var noisy = Noisy(data, noise, t);", $"x_t, {Shape}");
            Line($"var slope = PerSample.Scale(1 / t, noisy - Diffusion(diffusion, noisy, t{OfModel(", labels")}));", "dx/dt");
            Line("var earlier = PerSample.Mix(noisy, r - t, slope);", "x_r");
            if (experiment.Model!.HasDropout)
                code.Line("using var masks = SeedDropout(step, data.shape[0]);");
            code.Line($"return Denoise({Teacher}, earlier, r{OfModel(", labels")}).MoveToOuterDisposeScope();");
        }

        code.Line();
        Denoise("Diffusion", " of the diffusion model", "Keep", "Give", distillation.Times);
    }

    private void TruncatedTarget()
    {
        var (start, dropout) = (Number(experiment.Truncation!.Start), experiment.Model!.HasDropout);
        code.Line($"// f(x_r, r) without gradient: of the first stage below t' = {start}, of {(experiment.HasTeacher ? "averaged" : "the same")} weights from there on{(Times.ReachesData ? "; the data itself where r = 0" : "")}.");
        using (code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor r{OfModel(", Tensor labels")}{Given(", int step")})"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            code.Line($"return Piecewise(firstStage, {Teacher}, Noisy(data, noise, r), r{OfModel(", labels")}{Given(", step")}).MoveToOuterDisposeScope();");
        }

        code.Line();
        code.Line($"// f(x, t) of one network below t' = {start} and of another from there on; each sees its own samples{(Times.ReachesData ? ", and x stays where t = 0" : "")}.");
        using (code.Braces($"private Tensor Piecewise({Module} below, {Module} above, Tensor x, Tensor t{OfModel(", Tensor labels")}{(dropout ? ", int? step = null" : "")})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line($"var early = Where(t.lt({start}){(Times.ReachesData ? ".logical_and(t.gt(0))" : "")}, x, rows => {Pass("below")});");
            code.Line($"return Where(t.ge({start}), early, rows => {Pass("above")}).MoveToOuterDisposeScope();");
            if (!dropout)
                return;
            code.Line();
            using (code.Braces($"Tensor Pass({Module} network, ChosenRows rows)"))
            {
                code.Line("using var masks = step is null ? null : SeedDropout(step.Value, t.shape[0], rows.Places);");
                code.Line($"return {Denoised("network")};");
            }
        }

        string Pass(string network) => dropout ? $"Pass({network}, rows)" : Denoised(network);

        string Denoised(string network) => $"Denoise({network}, rows.Of(x), rows.Times(t){OfModel(", rows.Of(labels)")})";
    }

    private string DenoiseSamples => Times.SamplesDifferently ? "DenoiseWhenSampling" : "Denoise";

    // f(x, t) of a sampler, some samples after the others.
    private string Denoised(string x, string t) =>
        $"InParts({DenoiseSamples}, sampler, {x}, {t}{OfModel(", labels")})";

    private void Sample()
    {
        code.Line("/// <inheritdoc/>");
        using (code.Braces($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise{OfStep(", Tensor labels")})"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            Line($"var sampler = new {Module}({In("weights")});", "borrows the weights; disposing it would free them");
            code.Line("sampler.eval();");
            foreach (var statement in CouplesSamples ? coupling!.SamplerNetworks : [])
                code.Line(statement);
            for (var i = 0; i < experiment.SampleTimes.Count; i++)
            {
                var time = Number(experiment.SampleTimes[i]);
                if (i > 0)
                    code.Line($"if (noise.Count > {i})");
                code.Line($"{(i == 0 ? "var " : "    ")}x = {Denoised(Renoised(i, time), $"At({time})")};");
            }

            code.Line("return x.MoveToOuterDisposeScope();").Line();
            code.Line("// The same time for every sample, [n].");
            code.Line("Tensor At(double time) => full(noise[0].shape[0], time, dtype: float64, device: noise[0].device);");
        }
    }

    private void Integrate(HeunSampler heun)
    {
        code.Line($"// Times of the sampler: σ^(1/{Number(heun.Rho)}) falls evenly (Karras et al. 2022, equation 5).");
        code.Line($"private static readonly double[] Falling = KarrasTimes.Falling({heun.Steps}, {Number(Times.From)}, {Number(Times.To)}, rho: {Number(heun.Rho)});").Line();
        code.Line("/// <inheritdoc/>");
        using (code.Braces($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise{OfStep(", Tensor labels")})"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            Line($"var sampler = new {Module}({In("weights")});", "borrows the weights; disposing it would free them");
            code.Line("sampler.eval();");
            code.Line($"var x = {Number(Times.To)} * noise[0];");
            code.Line("for (var i = 0; i + 1 < Falling.Length; i++)").Line($"    x = Advance(sampler, x, Falling[i], Falling[i + 1]{OfModel(", labels")});");
            code.Line("return x.MoveToOuterDisposeScope();");
        }

        code.Line();
        code.Line("// Along dx/dσ = (x − f(x, σ))/σ from one time to the next, with the mean of the slopes at both (Karras et al. 2022, algorithm 1).");
        using (code.Braces($"private {experiment.Static}Tensor Advance({Module} sampler, Tensor x, double time, double next{OfModel(", Tensor labels")})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line($"var slope = (x - {Denoised("x", "At(time)")}) / time;");
            using (code.Braces("if (next > 0)"))
            {
                code.Line("var ahead = x + (next - time) * slope;");
                code.Line($"slope = 0.5 * (slope + (ahead - {Denoised("ahead", "At(next)")}) / next);");
            }

            code.Line();
            code.Line("return (x + (next - time) * slope).MoveToOuterDisposeScope();").Line();
            code.Line("// The same time for every sample, [n].");
            code.Line("Tensor At(double sigma) => full(x.shape[0], sigma, dtype: float64, device: x.device);");
        }
    }

    private void Restore()
    {
        code.Line("/// <inheritdoc/>");
        using (code.Braces($"public override Tensor Restore(ParameterStore weights, Tensor data, Tensor noise, {OfStep("Tensor labels, ")}double time)"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            Line($"var sampler = new {Module}({In("weights")});", "borrows the weights; disposing it would free them");
            code.Line("sampler.eval();");
            code.Line("var t = full(data.shape[0], time, dtype: float64, device: data.device);");
            code.Line($"return {Denoised("Noisy(data, noise, t)", "t")}.MoveToOuterDisposeScope();");
        }
    }

    private void Matched()
    {
        code.Line("/// <inheritdoc/>");
        using (code.Braces($"public override (Tensor Data, Tensor Noise) Match(Tensor data, Tensor noise, {OfStep("Tensor labels, ")}int step)"))
        {
            code.Line("using var frozen = no_grad();");
            code.Line("using var _ = NewDisposeScope();");
            if (coupling is null)
            {
                code.Line("return (data.alias().MoveToOuterDisposeScope(), OptimalTransport.Match(data, noise).MoveToOuterDisposeScope());");
                return;
            }

            CastWeights();
            if (coupling.NeedsTimes)
                Line($"var (t, r) = {Times.Code}.Draw(step, Setup.Steps, data.shape[0], data.device);", "[B] each, float64");
            foreach (var (statement, remark) in coupling.Tosses)
                Line(statement, remark);
            code.Line($"var pair = {coupling.Call};");
            code.Line("return (pair.Data.alias().MoveToOuterDisposeScope(), pair.Noise.alias().MoveToOuterDisposeScope());");
        }
    }

    // Noise(t)·z from nothing, Signal(t)·x + Noise(t)·z from a sample.
    private string Renoised(int i, string time)
    {
        var noise = Times.SampleNoise.Count > i ? Number(Times.SampleNoise[i]) : $"{Times.Code}.Noise({time})";
        var signal = Times.SampleSignal.Count > i ? Number(Times.SampleSignal[i]) : $"{Times.Code}.Signal({time})";
        return i == 0 ? $"{noise} * noise[0]" : $"{(signal == "1" ? "x" : $"{signal} * x")} + {noise} * {RenoisedBy($"noise[{(experiment.SameNoise ? 1 : i)}]", time)}";
    }

    private string RenoisedBy(string noise, string time) =>
        CouplesSamples ? coupling!.SampledNoise(noise, $"At({time})") : experiment.Coupling is MinibatchOTCoupling ? $"OptimalTransport.Match(x, {noise})" : noise;

    // After the first step there is a sample, and the coupling says which noise belongs to it.
    private bool CouplesSamples => coupling is { CouplesSamples: true } && experiment.SampleTimes.Count > 1;

    private void Noisy()
    {
        var data = Times.SignalIsOne ? "data" : $"{Times.Code}.Signal(t), data";
        var noise = Times.NoiseIsTime ? "t" : $"{Times.Code}.Noise(t)";
        code.Line($"// x_t = {(Times.SignalIsOne ? "x" : "Signal(t)·x")} + {(Times.NoiseIsTime ? "t" : "Noise(t)")}·z");
        if (Times is { SignalIsOne: true, NoiseIsTime: true })
        {
            code.Line("private static Tensor Noisy(Tensor data, Tensor noise, Tensor t) => PerSample.Mix(data, t, noise);");
            return;
        }

        using (code.Braces("private static Tensor Noisy(Tensor data, Tensor noise, Tensor t)"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line($"return PerSample.Mix({data}, {noise}, noise).MoveToOuterDisposeScope();");
        }
    }

    private void Denoise(string name, string when, string keep, string give, string? schedule = null)
    {
        var times = schedule ?? Times.Code;
        code.Line($"// f(x, t) = {keep}(t)·x + {give}(t)·F(Feed(t)·x, ¼ ln t{OfModel(", labels")}){when} (Karras et al. 2022, equation 7)");
        using (code.Braces($"private {experiment.Static}Tensor {name}({Module} model, Tensor x, Tensor t{OfModel(", Tensor labels")})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            Line("var level = (0.25 * t.log()).to(float32);", "[B]");
            Line(Low is null
                ? $"var output = model.forward(PerSample.Scale({times}.Feed(t), x), level{OfModel(", labels")});"
                : $"var output = model.forward(PerSample.Scale({times}.Feed(t), x).to({Low}), level{OfModel(", labels")}).to(float32);", Shape);
            code.Line($"return PerSample.Mix({times}.{keep}(t), x, {times}.{give}(t), output).MoveToOuterDisposeScope();");
        }
    }
}

using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Losses;
using CM.Generators.Experiments.Parts;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the losses of a batch: the noisy point, the model's f(x, t), the target, the distance.</summary>
internal sealed class LossWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    private string Teacher => Experiment.HasTeacher ? "teacher" : "model";

    public void Losses()
    {
        var loss = Experiment.Loss!;
        var distance = Times.IsDiffusion ? "d(f(x_t, t), x) (Karras et al. 2022, equation 2)" : "d(f(x_t, t), f(x_r, r)) (Song and Dhariwal 2023, equation 3)";
        Code.Line($"/// <summary>The loss of each {(Coupling is null ? "sample" : "pair")}, {(Times.WeightIsOne ? "" : "Weight(t, r)·")}{distance}, where {Xml(AxisKind.Of<LossKind>(loss).Formula(loss))}.</summary>");
        Code.Line($"/// <param name=\"data\">Data x{(Coupling is null ? "" : ", or what stands in for them")}, <c>{Shape}</c>, float32.</param>");
        Code.Line($"/// <param name=\"noise\">Noise z of the same shape{(Coupling is null ? ", standard normal" : "")}.</param>");
        Code.Line("/// <param name=\"t\">The student's times, <c>[B]</c>, float64.</param>");
        Code.Line($"/// <param name=\"r\">The teacher's times, <c>[B]</c>, float64{(Times.IsDiffusion ? "; all 0, the data itself is the target" : Times.ReachesData ? "; where r = 0 the data itself is the target" : "")}.</param>");
        if (Experiment.Model!.TakesLabels)
            Code.Line($"/// <param name=\"labels\">One-hot, <c>{Classes}</c>, float32.</param>");
        if (Experiment.Model.HasDropout)
            Code.Line("/// <param name=\"step\">Decides the dropout masks.</param>");
        Code.Line("/// <returns><c>[B]</c>, float32.</returns>");
        using (Code.Braces($"public Tensor Losses(Tensor data, Tensor noise, Tensor t, Tensor r{OfModel(", Tensor labels")}{OfDropout(", int step")})"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            // A student that normalises its weights goes first: the teacher sees the normalised ones.
            if (Experiment.Model.NormalisesWeights)
                Denoised();
            if (!Times.IsDiffusion)
                Line($"var target = Target(data, noise, {(Experiment.Distillation is null ? "" : "t, ")}r{OfModel(", labels")}{OfDropout(", step")});", $"{Shape}, without gradient");
            if (!Experiment.Model.NormalisesWeights)
                Denoised();
            foreach (var (statement, remark) in AxisKind.Of<LossKind>(loss).Write(loss, $"denoised - {(Times.IsDiffusion ? "data" : "target")}", Experiment.Data!.Shape.Count > 1 ? ".flatten(1)" : ""))
                Line(statement, remark);
            if (Times.WeightIsOne)
            {
                Code.Line("return distance.MoveToOuterDisposeScope();");
            }
            else
            {
                Line($"var weight = {Times.Code}.Weight(t, r).to(float32);", "[B]");
                Code.Line("return (weight * distance).MoveToOuterDisposeScope();");
            }
        }
    }

    public void Target()
    {
        if (Experiment.Truncation is not null)
        {
            TruncatedTarget();
            return;
        }

        if (Experiment.Distillation is { } distillation)
        {
            DistilledTarget(distillation);
            return;
        }

        var dropout = Experiment.Model!.HasDropout;
        Code.Line($"// f(x_r, r) of {(Experiment.HasTeacher ? "averaged" : "the same")} weights, without gradient{(Times.ReachesData ? "; the data itself where r = 0" : "")}.");
        using (Code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor r{OfModel(", Tensor labels")}{OfDropout(", int step")})"))
        {
            Code.Line("using var frozen = no_grad();");
            if (!Times.ReachesData)
            {
                Code.Line("using var _ = NewDisposeScope();");
                if (dropout)
                    Code.Line("using var masks = SeedDropout(step, data.shape[0]);");
                Code.Line($"return Denoise({Teacher}, Noisy(data, noise, r), r{OfModel(", labels")}).MoveToOuterDisposeScope();");
            }
            else
            {
                Code.Line("return Where(r.gt(0), data, rows =>").Line("{");
                using (Code.Indent())
                {
                    Code.Line("using var _ = NewDisposeScope();");
                    Code.Line("var positive = rows.Times(r);");
                    if (dropout)
                        Code.Line("using var masks = SeedDropout(step, data.shape[0], rows.Places);");
                    Code.Line($"return Denoise({Teacher}, Noisy(rows.Of(data), rows.Of(noise), positive), positive{OfModel(", rows.Of(labels)")}).MoveToOuterDisposeScope();");
                }

                Code.Line("});");
            }
        }
    }

    public void Noisy()
    {
        var data = Times.SignalIsOne ? "data" : $"{Times.Code}.Signal(t), data";
        var noise = Times.NoiseIsTime ? "t" : $"{Times.Code}.Noise(t)";
        Code.Line($"// x_t = {(Times.SignalIsOne ? "x" : "Signal(t)·x")} + {(Times.NoiseIsTime ? "t" : "Noise(t)")}·z");
        if (Times is { SignalIsOne: true, NoiseIsTime: true })
        {
            Code.Line("private static Tensor Noisy(Tensor data, Tensor noise, Tensor t) => PerSample.Mix(data, t, noise);");
            return;
        }

        using (Code.Braces("private static Tensor Noisy(Tensor data, Tensor noise, Tensor t)"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            Code.Line($"return PerSample.Mix({data}, {noise}, noise).MoveToOuterDisposeScope();");
        }
    }

    public void Denoise(string name, string when, string keep, string give, string? schedule = null)
    {
        var times = schedule ?? Times.Code;
        Code.Line($"// f(x, t) = {keep}(t)·x + {give}(t)·F(Feed(t)·x, ¼ ln t{OfModel(", labels")}){when} (Karras et al. 2022, equation 7)");
        using (Code.Braces($"private {Static}Tensor {name}({Module} model, Tensor x, Tensor t{OfModel(", Tensor labels")})"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            Line("var level = (0.25 * t.log()).to(float32);", "[B]");
            Line(Low is null
                ? $"var output = model.forward(PerSample.Scale({times}.Feed(t), x), level{OfModel(", labels")});"
                : $"var output = model.forward(PerSample.Scale({times}.Feed(t), x).to({Low}), level{OfModel(", labels")}).to(float32);", Shape);
            Code.Line($"return PerSample.Mix({times}.{keep}(t), x, {times}.{give}(t), output).MoveToOuterDisposeScope();");
        }
    }

    private void Denoised()
    {
        if (Experiment.Model!.HasDropout)
            Code.Line("using var masks = SeedDropout(step, data.shape[0]);");
        Line($"var denoised = Denoise(model, Noisy(data, noise, t), t{OfModel(", labels")});", Experiment.Model.NormalisesWeights ? $"f(x_t, t), {Shape}; brings the weights to magnitude 1" : $"f(x_t, t), {Shape}");
    }

    private void DistilledTarget(Distillation distillation)
    {
        Code.Line($"// f(x_r, r) of {(Experiment.HasTeacher ? "averaged" : "the same")} weights, without gradient; x_r lies an Euler step of the diffusion model's equation away from x_t (Song et al. 2023, equation 6).");
        using (Code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor t, Tensor r{OfModel(", Tensor labels")}{OfDropout(", int step")})"))
        {
            Code.Line("using var frozen = no_grad();");
            Code.Line("using var _ = NewDisposeScope();");
            Line("var noisy = Noisy(data, noise, t);", $"x_t, {Shape}");
            Line($"var slope = PerSample.Scale(1 / t, noisy - Diffusion(diffusion, noisy, t{OfModel(", labels")}));", "dx/dt");
            Line("var earlier = PerSample.Mix(noisy, r - t, slope);", "x_r");
            if (Experiment.Model!.HasDropout)
                Code.Line("using var masks = SeedDropout(step, data.shape[0]);");
            Code.Line($"return Denoise({Teacher}, earlier, r{OfModel(", labels")}).MoveToOuterDisposeScope();");
        }

        Code.Line();
        Denoise("Diffusion", " of the diffusion model", "Keep", "Give", distillation.Times);
    }

    private void TruncatedTarget()
    {
        var (start, dropout) = (Number(Experiment.Truncation!.Start), Experiment.Model!.HasDropout);
        Code.Line($"// f(x_r, r) without gradient: of the first stage below t' = {start}, of {(Experiment.HasTeacher ? "averaged" : "the same")} weights from there on{(Times.ReachesData ? "; the data itself where r = 0" : "")}.");
        using (Code.Braces($"private Tensor Target(Tensor data, Tensor noise, Tensor r{OfModel(", Tensor labels")}{OfDropout(", int step")})"))
        {
            Code.Line("using var frozen = no_grad();");
            Code.Line("using var _ = NewDisposeScope();");
            Code.Line($"return Piecewise(firstStage, {Teacher}, Noisy(data, noise, r), r{OfModel(", labels")}{OfDropout(", step")}).MoveToOuterDisposeScope();");
        }

        Code.Line();
        Code.Line($"// f(x, t) of one network below t' = {start} and of another from there on; each sees its own samples{(Times.ReachesData ? ", and x stays where t = 0" : "")}.");
        using (Code.Braces($"private Tensor Piecewise({Module} below, {Module} above, Tensor x, Tensor t{OfModel(", Tensor labels")}{(dropout ? ", int? step = null" : "")})"))
        {
            Code.Line("using var _ = NewDisposeScope();");
            Code.Line($"var early = Where(t.lt({start}){(Times.ReachesData ? ".logical_and(t.gt(0))" : "")}, x, rows => {Pass("below")});");
            Code.Line($"return Where(t.ge({start}), early, rows => {Pass("above")}).MoveToOuterDisposeScope();");
            if (!dropout)
                return;
            Code.Line();
            using (Code.Braces($"Tensor Pass({Module} network, ChosenRows rows)"))
            {
                Code.Line("using var masks = step is null ? null : SeedDropout(step.Value, t.shape[0], rows.Places);");
                Code.Line($"return {Denoised("network")};");
            }
        }

        string Pass(string network) => dropout ? $"Pass({network}, rows)" : Denoised(network);

        string Denoised(string network) => $"Denoise({network}, rows.Of(x), rows.Times(t){OfModel(", rows.Of(labels)")})";
    }
}

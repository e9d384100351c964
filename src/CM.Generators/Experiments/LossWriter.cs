using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Losses;
using CM.Generators.Experiments.Parts;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the formulas of a trainer: the losses of a batch, the noisy point, the model's f(x, t).</summary>
internal sealed class LossWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    private (string Statement, string Remark) Target
    {
        get
        {
            var of = Experiment.HasTeacher ? "f(x_r, r) of averaged weights" : "f(x_r, r)";
            var orData = Times.ReachesData ? "; x where r = 0" : "";
            return Experiment.Distillation is not null ? ("Target(data, noise, t, r, labels);", $"{of}, without gradient")
                : Experiment.Truncation is { } truncation ? ("PiecewiseTarget(data, noise, r, labels);", $"{of}, of the first stage below t' = {Number(truncation.Start)}, without gradient{orData}")
                : Times.ReachesData ? ("TargetOrData(data, noise, r, labels);", $"{of}, without gradient{orData}")
                : ("Target(data, noise, r, labels);", $"{of}, without gradient");
        }
    }

    // Word before a method that casts to a network's type: the type that stands in for float16 is known when a training begins.
    private string Static => Experiment.Precision is { IsHalf: true } ? "" : "static ";

    public void Write()
    {
        Losses();
        if (Experiment.Distillation is { } distillation)
        {
            Code.Line();
            DistilledTarget(distillation);
        }

        Code.Line();
        Noisy();
        Code.Line();
        Denoise("protected override Tensor Denoise", Times.SamplesDifferently ? ", while training" : "", "CSkip", "COut");
        if (Times.SamplesDifferently)
        {
            Code.Line();
            Denoise("protected override Tensor DenoiseWhenSampling", ", while sampling", Times.CSkip, Times.COut);
        }

        Code.Line();
        Output();
    }

    private void Losses()
    {
        var loss = Experiment.Loss!;
        var distance = Times.IsDiffusion ? "d(f(x_t, t), x) (Karras et al. 2022, equation 2)" : "d(f(x_t, t), f(x_r, r)) (Song and Dhariwal 2023, equation 3)";
        Code.Line($"/// <summary>The loss of each {(Coupling is null ? "sample" : "pair")}, {(Times.WeightIsOne ? "" : "Weight(t, r)·")}{distance},");
        Code.Line($"/// where {Xml(AxisKind.Of<LossKind>(loss).Formula(loss))}.</summary>");
        Code.Line("/// <inheritdoc/>");
        using (Code.Braces("public override Tensor Losses(Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels = null)"))
        {
            // A student that normalises its weights goes first: the teacher sees the normalised ones.
            var student = Experiment.Model!.NormalisesWeights ? $"f(x_t, t), {Shape}; brings the weights to magnitude 1" : $"f(x_t, t), {Shape}";
            if (Experiment.Model.NormalisesWeights)
                Line("var denoised = DenoiseStudent(data, noise, t, labels);", student);
            if (!Times.IsDiffusion)
                Line($"var target = {Target.Statement}", Target.Remark);
            if (!Experiment.Model.NormalisesWeights)
                Line("var denoised = DenoiseStudent(data, noise, t, labels);", student);
            foreach (var (statement, remark) in AxisKind.Of<LossKind>(loss).Write(loss, $"denoised - {(Times.IsDiffusion ? "data" : "target")}", Experiment.Data!.Shape.Count > 1 ? ".flatten(1)" : ""))
                Line(statement, remark);
            Code.Line(Times.WeightIsOne ? "return distance;" : $"return {Times.Code}.Weight(t, r).to(float32) * distance;");
        }
    }

    private void Noisy()
    {
        var data = Times.AlphaIsOne ? "data" : $"{Times.Code}.Alpha(t), data";
        var noise = Times.SigmaIsTime ? "t" : $"{Times.Code}.Sigma(t)";
        Code.Line($"// x_t = {(Times.AlphaIsOne ? "x" : "Alpha(t)·x")} + {(Times.SigmaIsTime ? "t" : "Sigma(t)")}·z");
        Code.Line($"protected override Tensor Noisy(Tensor data, Tensor noise, Tensor t) => BatchOps.Axpby({data}, {noise}, noise);");
    }

    private void Denoise(string method, string when, string keep, string give)
    {
        Code.Line($"// f(x, t) = {keep}(t)·x + {give}(t)·F(x, t){when} (Karras et al. 2022, equation 7)");
        Code.Line($"{method}({Module} model, Tensor x, Tensor t, Tensor? labels) =>");
        Code.Line($"    BatchOps.Axpby({Times.Code}.{keep}(t), x, {Times.Code}.{give}(t), Output(model, x, t{OfModel(", labels!")}));");
    }

    private void Output()
    {
        Code.Line($"// F(x, t): the network at CIn(t)·x and ¼ ln t{OfModel(", and the labels")}, {Shape}");
        Code.Line($"private {Static}Tensor Output({Module} model, Tensor x, Tensor t{OfModel(", Tensor labels")}) =>");
        Code.Line($"    {Forward(Times.Code)};");
    }

    private string Forward(string times)
    {
        var fed = $"BatchOps.Mul({times}.CIn(t), x)";
        var level = $"(0.25 * t.log()).to(float32){OfModel(", labels")}";
        return Low is null ? $"model.forward({fed}, {level})" : $"model.forward({fed}.to({Low}), {level}).to(float32)";
    }

    private void DistilledTarget(Distillation distillation)
    {
        var times = distillation.Times;
        Code.Line("// f(x_r, r) without gradient; x_r lies an Euler step of the diffusion model's equation away from x_t (Song et al. 2023, equation 6).");
        using (Code.Braces("private Tensor Target(Tensor data, Tensor noise, Tensor t, Tensor r, Tensor? labels)"))
        {
            Code.Line("using var frozen = no_grad();");
            Code.Line("using var _ = NewDisposeScope();");
            Line("var noisy = Noisy(data, noise, t);", $"x_t, {Shape}");
            Line($"var slope = BatchOps.Mul(1 / t, noisy - Diffusion(FrozenModel, noisy, t{OfModel(", labels!")}));", "dx/dt");
            Line("var earlier = BatchOps.Axpby(noisy, r - t, slope);", "x_r");
            Code.Line("return TargetAt(earlier, r, labels).MoveToOuterDisposeScope();");
        }

        Code.Line();
        Code.Line("// D(x, t) = CSkip(t)·x + COut(t)·F(x, t) of the diffusion model (Karras et al. 2022, equation 7)");
        Code.Line($"private {Static}Tensor Diffusion({Module} model, Tensor x, Tensor t{OfModel(", Tensor labels")}) =>");
        Code.Line($"    BatchOps.Axpby({times}.CSkip(t), x, {times}.COut(t), {Forward(times)});");
    }
}

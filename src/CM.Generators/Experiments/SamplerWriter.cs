using CM.Generators.Couplings;
using CM.Generators.Experiments.Axes;
using CM.Generators.Experiments.Axes.Samplers;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments;

/// <summary>Writes the methods that make samples, and offers samplers the expressions they need.</summary>
internal sealed class SamplerWriter(Experiment experiment, CodeWriter code, CouplingCode? coupling) : ExperimentSection(experiment, code, coupling)
{
    /// <summary>Statements that make the coupling's networks over the sampled weights.</summary>
    public IEnumerable<string> CouplingNetworks => CouplesSamples ? Coupling!.SamplerNetworks : [];

    // Behind the first step there is a sample, and the coupling says which noise belongs to it.
    private bool CouplesSamples => Coupling is { CouplesSamples: true } && AxisKind.Of<SamplerKind>(Experiment.Sampler!).Renoises(Experiment.Sampler!);

    private string DenoiseSamples => Times.SamplesDifferently ? "DenoiseWhenSampling" : "Denoise";

    public void Write()
    {
        AxisKind.Of<SamplerKind>(Experiment.Sampler!).Write(Experiment.Sampler!, this);
        Code.Line();
        Restore();
        if (Experiment.Coupling is not IndependentCoupling)
        {
            Code.Line();
            Matched();
        }
    }

    /// <summary>Opens the method <c>Sample</c>, with the network <c>sampler</c> over the given weights.</summary>
    /// <returns>The end of the method.</returns>
    public IDisposable SampleMethod() => SamplingMethod($"public override Tensor Sample(ParameterStore weights, IReadOnlyList<Tensor> noise{OfStep(", Tensor labels")})");

    /// <summary>The expression f(x, t) of a sampler, some samples after the others.</summary>
    public string Denoised(string x, string t) => $"InParts({DenoiseSamples}, sampler, {x}, {t}{OfModel(", labels")})";

    /// <summary>The expression of the noisy point at a sampling time: Noise(t)·z at first, Signal(t)·x + Noise(t)·z from a sample <c>x</c>.</summary>
    /// <param name="i">Index of the time.</param>
    /// <param name="sameNoise">True when all times behind the first share their noise.</param>
    public string Noised(int i, bool sameNoise)
    {
        var time = Number(Experiment.SampleTimes[i]);
        var noise = Times.SampleNoise.Count > i ? Number(Times.SampleNoise[i]) : $"{Times.Code}.Noise({time})";
        var signal = Times.SampleSignal.Count > i ? Number(Times.SampleSignal[i]) : $"{Times.Code}.Signal({time})";
        return i == 0 ? $"{noise} * noise[0]" : $"{(signal == "1" ? "x" : $"{signal} * x")} + {noise} * {Coupled($"noise[{(sameNoise ? 1 : i)}]", time)}";
    }

    private string Coupled(string noise, string time) =>
        CouplesSamples ? Coupling!.SampledNoise(noise, $"At({time})") : Experiment.Coupling is MinibatchOTCoupling ? $"OptimalTransport.Match(x, {noise})" : noise;

    private IDisposable SamplingMethod(string signature)
    {
        Code.Line("/// <inheritdoc/>");
        var method = Code.Braces(signature);
        Code.Line("using var frozen = no_grad();");
        Code.Line("using var _ = NewDisposeScope();");
        Line($"var sampler = new {Module}({In("weights")});", "borrows the weights; disposing it would free them");
        Code.Line("sampler.eval();");
        return method;
    }

    private void Restore()
    {
        using (SamplingMethod($"public override Tensor Restore(ParameterStore weights, Tensor data, Tensor noise, {OfStep("Tensor labels, ")}double time)"))
        {
            Code.Line("var t = full(data.shape[0], time, dtype: float64, device: data.device);");
            Code.Line($"return {Denoised("Noisy(data, noise, t)", "t")}.MoveToOuterDisposeScope();");
        }
    }

    private void Matched()
    {
        Code.Line("/// <inheritdoc/>");
        using (Code.Braces($"public override (Tensor Data, Tensor Noise) Match(Tensor data, Tensor noise, {OfStep("Tensor labels, ")}int step)"))
        {
            Code.Line("using var frozen = no_grad();");
            Code.Line("using var _ = NewDisposeScope();");
            if (Coupling is null)
            {
                Code.Line("return (data.alias().MoveToOuterDisposeScope(), OptimalTransport.Match(data, noise).MoveToOuterDisposeScope());");
                return;
            }

            CastWeights();
            if (Coupling.NeedsTimes)
                Line($"var (t, r) = {Times.Code}.Draw(step, Setup.Steps, data.shape[0], data.device);", "[B] each, float64");
            foreach (var (statement, remark) in Coupling.Tosses)
                Line(statement, remark);
            Code.Line($"var pair = {Coupling.Call};");
            Code.Line("return (pair.Data.alias().MoveToOuterDisposeScope(), pair.Noise.alias().MoveToOuterDisposeScope());");
        }
    }
}

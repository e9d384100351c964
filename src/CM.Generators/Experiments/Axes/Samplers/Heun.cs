using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Samplers;

/// <summary>Heun's method along the equation of a diffusion model (Karras et al. 2022, algorithm 1).</summary>
internal sealed class Heun : SamplerKind
{
    public override string Example => "[Heun(steps)]";

    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
        [new AxisArgument("steps", steps => steps >= 2, "2 or more").First(), AxisArgument.Positive("Rho", 7)];

    public override EquatableArray<double> Times(AxisPlan sampler, Schedule schedule) => [schedule.To];

    public override (string Axis, string Text) Describe(AxisPlan sampler) =>
        ("Sampler", $"Heun, {Number(sampler["steps"])} steps{(sampler["Rho"] == 7 ? "" : $", rho {Number(sampler["Rho"])}")}");

    public override string? Complaint(AxisPlan sampler, Schedule schedule, bool isReadable) =>
        isReadable && !schedule.IsDiffusion
            ? $"Heun's method follows a diffusion model, and {schedule.Name.Name} trains a consistency model, whose f(x, t) is a sample already; write [Sample({Number(schedule.To)})], or let Earlier be 0"
        : isReadable && !(schedule.Signal!.Method.Result is Number { Value: 1 } && schedule.Noise!.Method.IsIdentity)
            ? $"Heun's method needs Signal(t) = 1 and Noise(t) = t, and {schedule.Name.Name} has others"
        : null;

    public override void Write(AxisPlan sampler, SamplerWriter writer)
    {
        var (code, from, to, rho) = (writer.Code, Number(writer.Times.From), Number(writer.Times.To), Number(sampler["Rho"]));
        code.Line($"// Times of the sampler: σ^(1/{rho}) falls evenly (Karras et al. 2022, equation 5).");
        code.Line($"private static readonly double[] Falling = KarrasTimes.Falling({Number(sampler["steps"])}, {from}, {to}, rho: {rho});").Line();
        using (writer.SampleMethod())
        {
            code.Line($"var x = {to} * noise[0];");
            code.Line("for (var i = 0; i + 1 < Falling.Length; i++)").Line($"    x = Advance(sampler, x, Falling[i], Falling[i + 1]{writer.OfModel(", labels")});");
            code.Line("return x.MoveToOuterDisposeScope();");
        }

        code.Line();
        code.Line("// Along dx/dσ = (x − f(x, σ))/σ from one time to the next, with the mean of the slopes at both (Karras et al. 2022, algorithm 1).");
        using (code.Braces($"private {writer.Static}Tensor Advance({writer.Module} sampler, Tensor x, double time, double next{writer.OfModel(", Tensor labels")})"))
        {
            code.Line("using var _ = NewDisposeScope();");
            code.Line($"var slope = (x - {writer.Denoised("x", "At(time)")}) / time;");
            using (code.Braces("if (next > 0)"))
            {
                code.Line("var ahead = x + (next - time) * slope;");
                code.Line($"slope = 0.5 * (slope + (ahead - {writer.Denoised("ahead", "At(next)")}) / next);");
            }

            code.Line();
            code.Line("return (x + (next - time) * slope).MoveToOuterDisposeScope();").Line();
            code.Line("// The same time for every sample, [n].");
            code.Line("Tensor At(double sigma) => full(x.shape[0], sigma, dtype: float64, device: x.device);");
        }
    }
}

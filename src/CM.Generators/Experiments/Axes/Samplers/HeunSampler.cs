using CM.Generators.Schedules;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Samplers;

/// <summary>Heun's method along the equation of a diffusion model (Karras et al. 2022, algorithm 1).</summary>
internal sealed class HeunSampler : SamplerKind
{
    public override string Example => "[HeunSampler(steps)]";

    protected override IReadOnlyList<AxisArgument> Arguments { get; } =
        [new AxisArgument("steps", steps => steps >= 2, "2 or more").First(), AxisArgument.Positive("Rho", 7)];

    public override EquatableArray<double> Times(AxisPlan sampler, Schedule schedule) => [schedule.To];

    public override (string Axis, string Text) Describe(AxisPlan sampler) =>
        ("Sampler", $"Heun, {Number(sampler["steps"])} steps{(sampler["Rho"] == 7 ? "" : $", rho {Number(sampler["Rho"])}")}");

    public override string? Complaint(AxisPlan sampler, Schedule schedule, bool isReadable) =>
        isReadable && !schedule.IsDiffusion
            ? $"Heun's method follows a diffusion model, and {schedule.Name.Name} trains a consistency model, whose f(x, t) is a sample already; write [MultistepSampler({Number(schedule.To)})], or let TeacherTime be 0"
        : isReadable && !(schedule.Alpha!.Method.Result is Number { Value: 1 } && schedule.Sigma!.Method.IsIdentity)
            ? $"Heun's method needs Alpha(t) = 1 and Sigma(t) = t, and {schedule.Name.Name} has others"
        : null;

    public override string Write(AxisPlan sampler, TimesAxis times) =>
        $"SampleHeun(weights, noise, labels, KarrasSigmas.Compute({Number(sampler["steps"])}, {Number(times.From)}, {Number(times.To)}, rho: {Number(sampler["Rho"])}))";
}

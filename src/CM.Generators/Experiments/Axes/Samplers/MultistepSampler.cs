using CM.Generators.Schedules;
using Microsoft.CodeAnalysis;
using static CM.Generators.Core.Literals;

namespace CM.Generators.Experiments.Axes.Samplers;

/// <summary>One pass of a consistency model a time, with noise put back in between (Song et al. 2023, algorithm 1).</summary>
internal sealed class MultistepSampler : SamplerKind
{
    private const string Time = "times";

    public override string Example => "[MultistepSampler(t)]";

    public override bool IsUsual => true;

    protected override IReadOnlyList<AxisArgument> Arguments { get; } = [AxisArgument.Flag("ReuseNoise")];

    public override AxisPlan Read(AxisAttribute attribute)
    {
        var times = attribute.Attribute.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Array, IsNull: false } given ? given.Values.Select(AttributeReader.Real) : [];
        var plan = base.Read(attribute);
        return plan with { Numbers = plan.Numbers.Concat(times.Select(time => (Time, time))).ToEquatable() };
    }

    public override EquatableArray<double> Times(AxisPlan sampler, Schedule schedule) => Times(sampler);

    public override bool Renoises(AxisPlan sampler) => Times(sampler).Count > 1;

    public override (string Axis, string Text) Describe(AxisPlan sampler) =>
        ("Sampling times", string.Join(", ", Times(sampler).Select(Number)) + (sampler.Is("ReuseNoise") ? ", with the same noise" : ""));

    public override string? Complaint(AxisPlan sampler, Schedule schedule, bool isReadable)
    {
        var times = Times(sampler);
        if (schedule.IsDiffusion)
            return $"{schedule.Name.Name} trains a diffusion model, whose f(x, t) is a mean and no sample; write [HeunSampler(18)]";
        if (times.Count == 0)
            return "there is no sampling time; the first is usually the schedule's to, " + Number(schedule.To);
        for (var i = 0; i < times.Count; i++)
        {
            if (!(times[i] >= schedule.From && times[i] <= schedule.To))
                return $"the sampling time {Number(times[i])} lies outside the times of {schedule.Name.Name}, {Number(schedule.From)} to {Number(schedule.To)}";
            if (i > 0 && !(times[i] < times[i - 1]))
                return $"the sampling time {Number(times[i])} comes after {Number(times[i - 1])}, but sampling times fall";
        }

        return null;
    }

    public override string Write(AxisPlan sampler, TimesAxis times)
    {
        var points = Times(sampler).Select((time, i) => Point(Number(time), times, i));
        return $"SampleMultistep(weights, noise, labels, [{string.Join(", ", points)}]{(sampler.Is("ReuseNoise") ? ", sameNoise: true" : "")})";
    }

    private static string Point(string time, TimesAxis times, int i)
    {
        var signal = times.SampleAlpha.Count > i ? Number(times.SampleAlpha[i]) : $"{times.Code}.Alpha({time})";
        var noise = times.SampleSigma.Count > i ? Number(times.SampleSigma[i]) : $"{times.Code}.Sigma({time})";
        return times is { AlphaIsOne: true, SigmaIsTime: true } ? time : $"new({time}, {signal}, {noise})";
    }

    private static EquatableArray<double> Times(AxisPlan sampler) => sampler.Numbers.Where(number => number.Name == Time).Select(number => number.Value).ToEquatable();
}

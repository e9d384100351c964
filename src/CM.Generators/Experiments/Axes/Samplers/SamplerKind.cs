using CM.Generators.Schedules;

namespace CM.Generators.Experiments.Axes.Samplers;

/// <summary>How samples are made from noise.</summary>
internal abstract class SamplerKind : AxisKind
{
    /// <summary>Times of the model that the plan lists, from large to small.</summary>
    public abstract EquatableArray<double> Times(AxisPlan sampler, Schedule schedule);

    /// <summary>The reason why the sampler does not fit the schedule; null where it does.</summary>
    /// <param name="sampler">The plan.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="isReadable">True when the schedule's formulas are known.</param>
    public abstract string? Complaint(AxisPlan sampler, Schedule schedule, bool isReadable);

    /// <summary>A line for <c>describe</c>.</summary>
    public abstract (string Axis, string Text) Describe(AxisPlan sampler);

    /// <summary>True when the sampler puts fresh noise on the samples of its first step.</summary>
    public virtual bool Renoises(AxisPlan sampler) => false;

    /// <summary>The expression of samples, where weights, noise and labels are at hand.</summary>
    public abstract string Write(AxisPlan sampler, TimesAxis times);
}

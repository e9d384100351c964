namespace CM.Dsl;

/// <summary>
/// Declares an experiment: a partial record whose attributes name its data, model, coupling, times, loss, optimiser, averages and sampler.
/// A record that derives from another experiment says only what differs.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ExperimentAttribute : Attribute
{
    /// <summary>Number of optimizer steps, 1 or more.</summary>
    public int Steps { get; set; }

    /// <summary>Number of examples in a step, 1 or more.</summary>
    public int Batch { get; set; }

    /// <summary>Seed of every random number. Default: 0.</summary>
    public int Seed { get; set; }
}

/// <summary>Data of the experiment.</summary>
/// <typeparam name="TData">A data source with a <see cref="ShapeAttribute"/>.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class DataAttribute<TData> : Attribute
    where TData : IDataSource, new();

/// <summary>Network of the experiment.</summary>
/// <typeparam name="TNetwork">A network whose output has the shape of its first input.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelAttribute<TNetwork> : Attribute
    where TNetwork : IDenoiser;

/// <summary>Coupling of data and noise.</summary>
/// <typeparam name="TCoupling">A record with <see cref="CouplingAttribute"/>.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class CouplingAttribute<TCoupling> : Attribute;

/// <summary>Forward process and times.</summary>
/// <typeparam name="TSchedule">A record with <see cref="TimeScheduleAttribute"/>.</typeparam>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ScheduleAttribute<TSchedule> : Attribute
    where TSchedule : ITimeSchedule;

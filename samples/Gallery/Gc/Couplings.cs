using CM.Dsl;

namespace Gallery;

/// <summary>GC: half of the data are what the averaged model makes of the lower noisy point (Issenhuth et al. 2025, µ = 0.5).</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Layer Generate { get; }

    [Bernoulli(0.5)]
    public partial Layer Mix { get; }

    private Pair Couple(Value data, Value noise, CM.Dsl.TimePair times) =>
        new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
}

/// <summary>The same with µ = 0.3, the best on ECT (section 5.3).</summary>
[Coupling]
public sealed partial record GeneratorInducedRarely
{
    [Model(Weights.Ema)]
    public partial Layer Generate { get; }

    [Bernoulli(0.3)]
    public partial Layer Mix { get; }

    private Pair Couple(Value data, Value noise, CM.Dsl.TimePair times) =>
        new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
}

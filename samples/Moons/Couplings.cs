using CM.Dsl;

namespace Moons;

/// <summary>VCT: the noise is drawn where an encoder says the data point would like it (variational coupling).</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<MoonsEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 30)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>GC: the data end is what the model itself makes of the lower noisy point (generator-induced coupling).</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Layer Generate { get; }

    [Bernoulli(0.5)]
    public partial Layer Mix { get; }

    private Pair Couple(Value data, Value noise, TimePair times) =>
        new(Mix.Select((data + times.R * noise, times.R) | Generate, data), noise);
}

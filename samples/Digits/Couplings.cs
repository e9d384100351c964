using CM.Dsl;

namespace Digits;

/// <summary>VCT: the noise is drawn where the encoder says that a digit would like it.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<DigitsEncoder>]
    public partial Layer Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>GC: every second digit, by chance, is what the model makes of the lower noisy point.</summary>
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

using CM.Dsl;

namespace SmallDigits;

/// <summary>VCT: an encoder gives mean and standard deviation of the noise for each digit.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<SmallEncoder>]
    public partial Layer Encoder { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Layer Kl { get; }

    private Pair Couple(Value data, Value noise)
    {
        var (mean, deviation) = data | Encoder;
        return new Pair(data, mean + deviation * noise) { Regularization = (mean, deviation) | Kl };
    }
}

/// <summary>GC: half of the digits, chosen at random, are replaced by the model's prediction from the point at the earlier time.</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Layer Model { get; }

    [Bernoulli(0.5)]
    public partial Layer Mix { get; }

    private Pair Couple(Value data, Value noise, TimePair times) =>
        new(Mix.Select((data + times.R * noise, times.R) | Model, data), noise);
}

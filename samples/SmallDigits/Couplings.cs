using CM.Dsl;

namespace SmallDigits;

/// <summary>VCT: an encoder gives mean and standard deviation of the noise for each digit.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<SmallEncoder>]
    public partial Part Encoder { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encoder;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>GC: half of the digits, chosen at random, are replaced by the model's prediction from the point at the earlier time.</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Part Model { get; }

    [Coin(0.5)]
    public partial Part Mix { get; }

    private Pair Couple(Flow data, Flow noise, Times times) =>
        new(Mix.Choose((data + times.Earlier * noise, times.Earlier) | Model, data), noise);
}

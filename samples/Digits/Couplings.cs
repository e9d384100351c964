using CM.Dsl;

namespace Digits;

/// <summary>VCT: the noise is drawn where the encoder says that a digit would like it.</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<DigitsEncoder>]
    public partial Part Encode { get; }

    [KlToStandardNormal(weight: 10)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>GC: every second digit, by chance, is what the model makes of the lower noisy point.</summary>
[Coupling]
public sealed partial record GeneratorInduced
{
    [Model(Weights.Ema)]
    public partial Part Generate { get; }

    [Coin(0.5)]
    public partial Part Mix { get; }

    private Pair Couple(Flow data, Flow noise, Times times) =>
        new(Mix.Choose((data + times.Earlier * noise, times.Earlier) | Generate, data), noise);
}

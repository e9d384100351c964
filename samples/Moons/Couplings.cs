using CM.Dsl;

namespace Moons;

/// <summary>VCT: the noise is drawn where an encoder says the data point would like it (variational coupling).</summary>
[Coupling]
public sealed partial record VariationalNoise
{
    [Block<MoonsEncoder>]
    public partial Part Encode { get; }

    [KlToStandardNormal(weight: 30)]
    public partial Part Kl { get; }

    private Pair Couple(Flow data, Flow noise)
    {
        var (mean, deviation) = data | Encode;
        return new Pair(data, mean + deviation * noise) { Penalty = (mean, deviation) | Kl };
    }
}

/// <summary>GC: the data end is what the model itself makes of the lower noisy point (generator-induced coupling).</summary>
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

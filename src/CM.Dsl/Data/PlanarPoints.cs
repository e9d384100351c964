namespace CM.Dsl;

/// <summary>
/// Points in the plane, scaled to a standard deviation of about 0.5. Example <c>i</c> is always the same point: it is a function of
/// <c>i</c> alone.
/// </summary>
public abstract record PlanarPoints : IExamples
{
    /// <inheritdoc />
    public int Count => 100_000;

    /// <inheritdoc />
    public void Read(int index, Span<float> values)
    {
        var draw = new SplitMix((ulong)index);
        var (x, y) = Draw(ref draw);
        values[0] = (float)x;
        values[1] = (float)y;
    }

    /// <summary>One point, made of numbers from <paramref name="draw"/>.</summary>
    protected abstract (double X, double Y) Draw(ref SplitMix draw);
}

/// <summary>Two interleaved half circles.</summary>
[Shape(2)]
public sealed record TwoMoons : PlanarPoints
{
    /// <inheritdoc />
    protected override (double X, double Y) Draw(ref SplitMix draw)
    {
        var upper = draw.Uniform() < 0.5;
        var angle = Math.PI * draw.Uniform();
        var x = upper ? Math.Cos(angle) : 1 - Math.Cos(angle);
        var y = upper ? Math.Sin(angle) : 0.5 - Math.Sin(angle);
        return (0.6 * (x - 0.5 + 0.05 * draw.Normal()), 0.9 * (y - 0.25 + 0.05 * draw.Normal()));
    }
}

/// <summary>Points that gather about modes, so that samples can be counted by mode.</summary>
public interface IModes
{
    /// <summary>Positions of the modes.</summary>
    IReadOnlyList<(double X, double Y)> Centers { get; }

    /// <summary>Standard deviation of each coordinate about its mode.</summary>
    double Deviation { get; }
}

/// <summary>Eight Gaussians on a circle.</summary>
[Shape(2)]
public sealed record EightGaussians : PlanarPoints, IModes
{
    private const double Radius = 0.7;

    private static readonly IReadOnlyList<(double X, double Y)> Circle =
        [.. Enumerable.Range(0, 8).Select(i => (Radius * Math.Cos(Math.PI / 4 * i), Radius * Math.Sin(Math.PI / 4 * i)))];

    /// <inheritdoc />
    public IReadOnlyList<(double X, double Y)> Centers => Circle;

    /// <inheritdoc />
    public double Deviation => 0.05;

    /// <inheritdoc />
    protected override (double X, double Y) Draw(ref SplitMix draw)
    {
        var angle = Math.PI / 4 * Math.Floor(8 * draw.Uniform());
        return (Radius * Math.Cos(angle) + Deviation * draw.Normal(), Radius * Math.Sin(angle) + Deviation * draw.Normal());
    }
}

/// <summary>The dark squares of a 4×4 board, filled evenly.</summary>
[Shape(2)]
public sealed record Checkerboard : PlanarPoints
{
    /// <inheritdoc />
    protected override (double X, double Y) Draw(ref SplitMix draw)
    {
        var x = 4 * draw.Uniform();
        var y = 2 * draw.Uniform();
        var row = 2 * Math.Floor(y) + Math.Floor(x) % 2;
        return (0.45 * (x - 2), 0.45 * (row + y - Math.Floor(y) - 2));
    }
}

/// <summary>A spiral with a little noise.</summary>
[Shape(2)]
public sealed record SwissRoll : PlanarPoints
{
    /// <inheritdoc />
    protected override (double X, double Y) Draw(ref SplitMix draw)
    {
        var angle = 1.5 * Math.PI * (1 + 2 * draw.Uniform());
        return (0.07 * (angle * Math.Cos(angle) + 0.3 * draw.Normal()), 0.07 * (angle * Math.Sin(angle) + 0.3 * draw.Normal()));
    }
}

/// <summary>A small, fast generator of random numbers whose stream is a function of its key (SplitMix64, Steele et al. 2014).</summary>
/// <param name="key">Stream.</param>
public struct SplitMix(ulong key)
{
    private ulong state = Mix(key + Gamma);

    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>The next 64 random bits.</summary>
    public ulong Bits() => Mix(state += Gamma);

    /// <summary>Evenly spread in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From the standard normal distribution (Box and Muller 1958).</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

namespace CM.Generators.Shapes;

/// <summary>How two sizes compare.</summary>
/// <param name="Verdict">Verdict.</param>
/// <param name="Divisor">For <see cref="FitVerdict.OnlyIf"/>: what every name in them must be divisible by.</param>
internal readonly record struct Fit(FitVerdict Verdict, long Divisor = 1)
{
    private static readonly long[] PowersOfTwo = [2, 4, 8, 16, 32, 64];
    private const int Trials = 48;

    /// <summary>
    /// Compares by value: both sizes are polynomials with rounded quotients, so a few dozen assignments of different residues tell
    /// equality, and whether it holds only for multiples of a power of two or of a number by which something is divided.
    /// </summary>
    public static Fit Of(Dim left, Dim right)
    {
        if (left.IsUnknown || right.IsUnknown)
            return new(FitVerdict.Unknown);
        if (left == right)
            return new(FitVerdict.Always);
        if (left.Value is not null && right.Value is not null)
            return new(FitVerdict.Never);

        if (Holds(left, right, 1))
            return new(FitVerdict.Always);
        var rounded = left.Divisors.Concat(right.Divisors).Distinct().Aggregate(1L, (product, divisor) => Math.Min(product * divisor, 4096));
        foreach (var divisor in Enumerable.Range(2, 128).Select(number => (long)number).Where(number => rounded % number == 0).Union(PowersOfTwo).OrderBy(number => number))
        {
            if (Holds(left, right, divisor))
                return new(FitVerdict.OnlyIf, divisor);
        }

        return new(FitVerdict.Never);
    }

    /// <summary>Whether a size has a smallest value.</summary>
    public static Fit AtLeast(Dim least, Dim size) => least.IsUnknown || size.IsUnknown ? new(FitVerdict.Unknown)
        : least.Value is { } bound && size.Value is { } number ? new(number >= bound ? FitVerdict.Always : FitVerdict.Never)
        : new(FitVerdict.OnlyIf);

    /// <summary>Whether a size is a multiple of a number.</summary>
    public static Fit Divides(Dim divisor, Dim size)
    {
        if (divisor.IsUnknown || size.IsUnknown)
            return new(FitVerdict.Unknown);
        if (divisor.Value is 0)
            return new(FitVerdict.Never);
        if (divisor.Value is { } number && size.Value is { } multiple)
            return new(multiple % number == 0 ? FitVerdict.Always : FitVerdict.Never);
        if (Divides(divisor, size, 1))
            return new(FitVerdict.Always);
        if (divisor.Value is not { } whole)
            return new(FitVerdict.OnlyIf, 0);

        // 4 divides 2*H for every even H: the least factor of the divisor that is enough.
        for (var factor = 2L; factor < Math.Min(whole, 1024); factor++)
        {
            if (whole % factor == 0 && Divides(divisor, size, factor))
                return new(FitVerdict.OnlyIf, factor);
        }

        return new(FitVerdict.OnlyIf, whole);
    }

    private static bool Divides(Dim divisor, Dim size, long multiple) => Enumerable.Range(0, Trials).All(trial =>
    {
        var by = divisor.At(name => Sample(name, trial, multiple));
        return by > 0 && size.At(name => Sample(name, trial, multiple)) % by == 0;
    });

    private static bool Holds(Dim left, Dim right, long divisor) =>
        Enumerable.Range(0, Trials).All(trial => left.At(name => Sample(name, trial, divisor)) == right.At(name => Sample(name, trial, divisor)));

    // Small and large values, every residue, different for different names.
    private static long Sample(string name, int trial, long divisor)
    {
        var mixed = unchecked((uint)(name.Aggregate(17, (hash, letter) => hash * 31 + letter) + trial * 7919) * 2654435761u);
        return divisor * (trial < 24 ? 1 + (trial + name[0]) % 24 : 25 + mixed % 997);
    }
}

internal enum FitVerdict
{
    /// <summary>Nobody knows, because one side is wrong already.</summary>
    Unknown,

    /// <summary>Equal whatever the names stand for.</summary>
    Always,

    /// <summary>Equal only where the names are multiples of a number.</summary>
    OnlyIf,

    /// <summary>Different for what the declaration promises.</summary>
    Never,
}

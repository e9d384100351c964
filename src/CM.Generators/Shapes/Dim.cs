using System.Globalization;
using System.Text;

namespace CM.Generators.Shapes;

/// <summary>
/// The size of an axis: a polynomial over names (<c>B</c>, <c>H</c>, a record's parameters) and over rounded-down quotients of such
/// polynomials, in a normal form; or unknown, after an error.
/// </summary>
internal readonly struct Dim : IEquatable<Dim>
{
    private readonly EquatableArray<Term> terms;

    private Dim(IEnumerable<Term> terms) => this.terms = terms.ToEquatable();

    /// <summary>A factor of a term: a name, or ⌊Numerator/Divisor⌋.</summary>
    private sealed record Atom(string? Name, Dim Numerator, Dim Divisor)
    {
        public string Text => Name ?? (Numerator.terms.Count > 1 ? $"({Numerator})/{Under(Divisor.ToString())}" : $"{Numerator}/{Under(Divisor.ToString())}");

        public string Code => Name ?? $"({Numerator.ToCode()}) / {Under(Divisor.ToCode())}";

        private string Under(string divisor) => Divisor.Value is null && Divisor.Name is null ? $"({divisor})" : divisor;
    }

    private sealed record Term(long Coefficient, EquatableArray<Atom> Factors)
    {
        public string Key => string.Join("*", Factors.Select(factor => factor.Text));
    }

    /// <summary>A size that nobody knows, because what makes it is wrong already.</summary>
    public static Dim Unknown { get; } = new([new Term(1, [new Atom("?", default, 1)])]);

    public static Dim Of(string name) => new([new Term(1, [new Atom(name, default, 1)])]);

    public static implicit operator Dim(long value) => value == 0 ? default : new([new Term(value, [])]);

    public bool IsUnknown => Value is null && terms.Any(term => term.Factors.Any(factor => factor.Name == "?" || factor.Numerator.IsUnknown || factor.Divisor.IsUnknown));

    /// <summary>The number, where it is one.</summary>
    public long? Value => terms.Count == 0 ? 0 : terms.Count == 1 && terms[0].Factors.Count == 0 ? terms[0].Coefficient : null;

    /// <summary>The name, where it is nothing else.</summary>
    public string? Name => terms.Count == 1 && terms[0] is { Coefficient: 1, Factors: { Count: 1 } factors } ? factors[0].Name : null;

    /// <summary>Every name that occurs.</summary>
    public IEnumerable<string> Names => terms.SelectMany(term => term.Factors)
        .SelectMany(factor => factor.Name is null ? factor.Numerator.Names.Concat(factor.Divisor.Names) : [factor.Name]).Distinct();

    /// <summary>Every number by which something is divided.</summary>
    public IEnumerable<long> Divisors => terms.SelectMany(term => term.Factors).Where(factor => factor.Name is null)
        .SelectMany(factor => factor.Divisor.Value is { } divisor ? factor.Numerator.Divisors.Append(divisor) : factor.Numerator.Divisors).Distinct();

    public static Dim operator +(Dim left, Dim right) => left.Value is { } a && right.Value is { } b ? a + b : Collect(left.terms.Concat(right.terms));

    public static Dim operator -(Dim left, Dim right) => left + right * -1;

    public static Dim operator *(Dim left, Dim right) => left.Value is { } a && right.Value is { } b ? a * b : Collect(
        from one in left.terms
        from other in right.terms
        select new Term(one.Coefficient * other.Coefficient, one.Factors.Concat(other.Factors).OrderBy(factor => factor.Text, StringComparer.Ordinal).ToEquatable()));

    /// <summary>Divides by a number or a size above 0 and rounds down; exact where every coefficient allows, or every term has the divisor as a factor.</summary>
    public Dim Floor(Dim divisor) => divisor.Value is { } number ? Floor(number) : Value == 0 ? 0
        : divisor.Name is { } name && terms.All(term => term.Factors.Any(factor => factor.Name == name))
            ? Collect(terms.Select(term => term with { Factors = Without(term.Factors, name) }))
            : new([new Term(1, [new Atom(null, this, divisor)])]);

    private Dim Floor(long divisor)
    {
        if (divisor == 1)
            return this;
        if (Value is { } size)
            return FloorDivide(size, divisor);
        var whole = Collect(terms.Where(term => term.Coefficient % divisor == 0).Select(term => term with { Coefficient = term.Coefficient / divisor }));
        var rest = Collect(terms.Where(term => term.Coefficient % divisor != 0));
        if (rest.Value is { } number)
            return whole + FloorDivide(number, divisor);

        // ⌊(⌊n/d⌋ + c)/k⌋ = ⌊(n + c·d)/(d·k)⌋
        var inner = rest.terms.Where(term => term.Factors.Count > 0).ToArray();
        if (inner.Length == 1 && inner[0].Coefficient == 1 && inner[0].Factors.Count == 1 && inner[0].Factors[0] is { Name: null } quotient)
            return whole + (quotient.Numerator + (rest - new Dim(inner)) * quotient.Divisor).Floor(quotient.Divisor * divisor);
        return whole + new Dim([new Term(1, [new Atom(null, rest, divisor)])]);
    }

    /// <summary>The value under an assignment of numbers to names.</summary>
    public long At(Func<string, long> value) => Value ?? terms.Sum(term => term.Factors.Aggregate(term.Coefficient,
        (product, factor) => product * (factor.Name is null ? FloorDivide(factor.Numerator.At(value), factor.Divisor.At(value)) : value(factor.Name))));

    /// <summary>Puts sizes in the place of names.</summary>
    public Dim With(IReadOnlyDictionary<string, Dim> sizes) => Value is not null ? this : terms.Aggregate((Dim)0, (sum, term) => sum + term.Factors.Aggregate((Dim)term.Coefficient,
        (product, factor) => product * (factor.Name is null ? factor.Numerator.With(sizes).Floor(factor.Divisor.With(sizes)) : sizes.TryGetValue(factor.Name, out var size) ? size : Of(factor.Name))));

    public bool Equals(Dim other) => Value == other.Value && (Value is not null || terms.Equals(other.terms));

    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    public override int GetHashCode() => terms.GetHashCode();

    public static bool operator ==(Dim left, Dim right) => left.Equals(right);

    public static bool operator !=(Dim left, Dim right) => !left.Equals(right);

    /// <summary>As in a shape: <c>2*Width+1</c>.</summary>
    public override string ToString() => Write("*", "+", "-");

    /// <summary>As C# over integers: <c>2 * Width + 1</c>; quotients are of numbers above 0, where C# rounds down too.</summary>
    public string ToCode() => Write(" * ", " + ", " - ");

    private string Write(string times, string plus, string minus)
    {
        if (IsUnknown)
            return "?";
        var text = new StringBuilder();
        foreach (var term in terms)
        {
            var size = Math.Abs(term.Coefficient);
            if (text.Length > 0 || term.Coefficient < 0)
                text.Append(term.Coefficient < 0 ? text.Length > 0 ? minus : "-" : plus);
            // A quotient that is multiplied stands in brackets, for it is rounded first.
            var alone = size == 1 && term.Factors.Count == 1;
            var factors = term.Factors.Select(factor => (Text: times == "*" ? factor.Text : factor.Code, factor.Name))
                .Select(factor => alone || factor.Name is not null ? factor.Text : $"({factor.Text})");
            text.Append(string.Join(times, size == 1 && term.Factors.Count > 0 ? factors : [size.ToString(CultureInfo.InvariantCulture), .. factors]));
        }

        return text.Length == 0 ? "0" : text.ToString();
    }

    // Names first, in order; the plain number last.
    private static Dim Collect(IEnumerable<Term> terms) => new(
        terms.GroupBy(term => term.Key).Select(group => group.First() with { Coefficient = group.Sum(term => term.Coefficient) })
            .Where(term => term.Coefficient != 0).OrderBy(term => term.Factors.Count == 0).ThenBy(term => term.Key, StringComparer.Ordinal));

    private static EquatableArray<Atom> Without(EquatableArray<Atom> factors, string name)
    {
        var first = factors.First(factor => factor.Name == name);
        return factors.Where(factor => !ReferenceEquals(factor, first)).ToEquatable();
    }

    private static long FloorDivide(long value, long divisor) => value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

using System.Globalization;
using System.Text;

namespace CM.Generators.Shapes;

/// <summary>
/// The size of an axis: a polynomial over names (<c>B</c>, <c>H</c>, a record's parameters) and over rounded-down quotients of such
/// polynomials, in a normal form; or unknown, after an error.
/// </summary>
internal readonly struct Dim : IEquatable<Dim>
{
    private readonly long number;

    // In the order of their texts, none of them alike; null where there are none, as for most sizes.
    private readonly Term[]? terms;

    private Dim(long number, Term[]? terms)
    {
        this.number = number;
        this.terms = terms is { Length: > 0 } ? terms : null;
    }

    /// <summary>A factor of a term: a name, or ⌊Numerator/Divisor⌋.</summary>
    private sealed class Atom(string? name, Dim numerator, Dim divisor)
    {
        public string? Name => name;

        public Dim Numerator => numerator;

        public Dim Divisor => divisor;

        public string Text { get; } = name ?? (numerator.Count > 1 ? $"({numerator})/{Under(divisor, divisor.ToString())}" : $"{numerator}/{Under(divisor, divisor.ToString())}");

        public string Code => name is not null ? Literals.Escape(name) : $"({numerator.ToCode()}) / {Under(divisor, divisor.ToCode())}";

        public bool IsUnknown { get; } = name == "?" || numerator.IsUnknown || divisor.IsUnknown;

        private static string Under(Dim divisor, string text) => divisor.Value is null && divisor.Name is null ? $"({text})" : text;
    }

    /// <summary>A product with at least one factor, in the order of their texts.</summary>
    private sealed class Term(long coefficient, Atom[] factors, string key)
    {
        public Term(long coefficient, params Atom[] factors)
            : this(coefficient, factors, factors.Length == 1 ? factors[0].Text : string.Join("*", Array.ConvertAll(factors, static factor => factor.Text)))
        {
        }

        public long Coefficient => coefficient;

        public Atom[] Factors => factors;

        /// <summary>The term without its coefficient.</summary>
        public string Key => key;

        public Term Times(long size) => size == 1 ? this : new(coefficient * size, factors, key);

        public Term Over(long divisor) => new(coefficient / divisor, factors, key);
    }

    /// <summary>A size that nobody knows, because what makes it is wrong already.</summary>
    public static Dim Unknown { get; } = Of("?");

    public static Dim Of(string name) => Of(new Atom(name, default, 1));

    private static Dim Of(Atom factor) => new(0, [new Term(1, factor)]);

    public static implicit operator Dim(long value) => new(value, null);

    public bool IsUnknown => terms is not null && Array.Exists(terms, static term => Array.Exists(term.Factors, static factor => factor.IsUnknown));

    /// <summary>The number, where it is one.</summary>
    public long? Value => terms is null ? number : null;

    /// <summary>The name, where it is nothing else.</summary>
    public string? Name => number == 0 ? Single?.Name : null;

    /// <summary>Every name that occurs.</summary>
    public IEnumerable<string> Names => terms is null ? [] : Name is { } name ? [name] : terms.SelectMany(term => term.Factors)
        .SelectMany(factor => factor.Name is null ? factor.Numerator.Names.Concat(factor.Divisor.Names) : [factor.Name]).Distinct();

    /// <summary>Whether it is made of nothing but numbers and the given names.</summary>
    public bool IsOver(HashSet<string> names) => terms is null
        || Array.TrueForAll(terms, term => Array.TrueForAll(term.Factors, factor => factor.Name is { } name ? names.Contains(name) : factor.Numerator.IsOver(names) && factor.Divisor.IsOver(names)));

    /// <summary>Every number by which something is divided.</summary>
    public IEnumerable<long> Divisors => terms is null ? [] : terms.SelectMany(term => term.Factors).Where(factor => factor.Name is null)
        .SelectMany(factor => factor.Divisor.Value is { } divisor ? factor.Numerator.Divisors.Append(divisor) : factor.Numerator.Divisors).Distinct();

    // The term without its coefficient.
    private Atom? Single => terms is { Length: 1 } only && only[0] is { Coefficient: 1, Factors: { Length: 1 } factors } ? factors[0] : null;

    // How many terms it is written with.
    private int Count => (terms?.Length ?? 0) + (number == 0 ? 0 : 1);

    public static Dim operator +(Dim left, Dim right) => new(left.number + right.number, Merge(left.terms, right.terms));

    public static Dim operator -(Dim left, Dim right) => left + right * -1;

    public static Dim operator *(Dim left, Dim right)
    {
        if (left.terms is null)
            return right.Times(left.number);
        var product = left.Times(right.number);
        foreach (var other in right.terms ?? [])
        {
            var terms = Array.ConvertAll(left.terms, one => new Term(one.Coefficient * other.Coefficient, Merge(one.Factors, other.Factors)));
            Array.Sort(terms, static (one, other) => string.CompareOrdinal(one.Key, other.Key));
            product += new Dim(0, terms) + Of(other).Times(left.number);
        }

        return product;
    }

    private static Dim Of(Term term) => new(0, [term]);

    private Dim Times(long size) => size == 0 ? default : size == 1 ? this : new(number * size, terms is null ? null : Array.ConvertAll(terms, term => term.Times(size)));

    /// <summary>
    /// Divides by a number or a size above 0 and rounds down; exact where every coefficient allows, or every term has the divisor as a
    /// factor. Divided by 0, which is a mistake that is found elsewhere, it is unknown.
    /// </summary>
    public Dim Floor(Dim divisor) => divisor.Value == 0 ? Unknown : divisor.Value is { } size ? Floor(size) : Value == 0 ? 0
        : divisor.Name is { } name && number == 0 && Array.TrueForAll(terms!, term => Array.Exists(term.Factors, factor => factor.Name == name))
            ? terms!.Aggregate((Dim)0, (sum, term) => sum + Without(term, name))
            : Of(new Atom(null, this, divisor));

    private Dim Floor(long divisor)
    {
        if (divisor == 1)
            return this;
        if (terms is null)
            return FloorDivide(number, divisor);
        var whole = new Dim(0, [.. terms.Where(term => term.Coefficient % divisor == 0).Select(term => term.Over(divisor))]);
        var rest = new Dim(0, Array.FindAll(terms, term => term.Coefficient % divisor != 0));
        if (rest.terms is null)
            return whole + FloorDivide(number, divisor);
        if (number % divisor == 0)
            whole += number / divisor;
        else
            rest += number;

        // ⌊(⌊n/d⌋ + c)/k⌋ = ⌊(n + c·d)/(d·k)⌋
        if (rest.Single is { Name: null } quotient)
            return whole + (quotient.Numerator + rest.number * quotient.Divisor).Floor(quotient.Divisor * divisor);
        return whole + Of(new Atom(null, rest, divisor));
    }

    /// <summary>The value under an assignment of numbers to names.</summary>
    public long At(Func<string, long> value) => terms is null ? number : number + terms.Sum(term => term.Factors.Aggregate(term.Coefficient,
        (product, factor) => product * (factor.Name is null ? FloorDivide(factor.Numerator.At(value), factor.Divisor.At(value)) : value(factor.Name))));

    /// <summary>Puts sizes in the place of names.</summary>
    public Dim With(IReadOnlyDictionary<string, Dim> sizes) => terms is null ? this : terms.Aggregate((Dim)number, (sum, term) => sum + term.Factors.Aggregate((Dim)term.Coefficient,
        (product, factor) => product * (factor.Name is null ? factor.Numerator.With(sizes).Floor(factor.Divisor.With(sizes)) : sizes.TryGetValue(factor.Name, out var size) ? size : Of(factor))));

    public bool Equals(Dim other)
    {
        if (number != other.number || terms?.Length != other.terms?.Length)
            return false;
        for (var i = 0; i < terms?.Length; i++)
        {
            if (terms[i].Coefficient != other.terms![i].Coefficient || terms[i].Key != other.terms[i].Key)
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    public override int GetHashCode() => (terms ?? []).Aggregate(number.GetHashCode(), (hash, term) => unchecked(hash * 31 + term.Key.GetHashCode()));

    public static bool operator ==(Dim left, Dim right) => left.Equals(right);

    public static bool operator !=(Dim left, Dim right) => !left.Equals(right);

    /// <summary>As in a shape: <c>2*Width+1</c>.</summary>
    public override string ToString() => Name ?? Write("*", "+", "-", static factor => factor.Text);

    /// <summary>As C# over integers: <c>2 * Width + 1</c>; quotients are of numbers above 0, where C# rounds down too.</summary>
    public string ToCode() => Name is { } name ? Literals.Escape(name) : Write(" * ", " + ", " - ", static factor => factor.Code);

    // Names first, in order; the plain number last.
    private string Write(string times, string plus, string minus, Func<Atom, string> factorText)
    {
        if (terms is null)
            return number.ToString(CultureInfo.InvariantCulture);
        if (IsUnknown)
            return "?";
        var text = new StringBuilder();
        foreach (var term in terms)
        {
            var size = Sign(term.Coefficient);
            if (size != 1)
                text.Append(size.ToString(CultureInfo.InvariantCulture)).Append(times);
            for (var i = 0; i < term.Factors.Length; i++)
            {
                // A quotient that is multiplied stands in brackets, for it is rounded first.
                var (factor, alone) = (term.Factors[i], term.Factors[i].Name is not null || (size == 1 && term.Factors.Length == 1));
                text.Append(i > 0 ? times : "").Append(alone ? "" : "(").Append(factorText(factor)).Append(alone ? "" : ")");
            }
        }

        return number == 0 ? text.ToString() : text.Append(Sign(number).ToString(CultureInfo.InvariantCulture)).ToString();

        long Sign(long coefficient)
        {
            if (text.Length > 0 || coefficient < 0)
                text.Append(coefficient < 0 ? text.Length > 0 ? minus : "-" : plus);
            return Math.Abs(coefficient);
        }
    }

    // Both in order; terms that are alike become one, or none.
    private static Term[]? Merge(Term[]? left, Term[]? right)
    {
        if (left is null || right is null)
            return left ?? right;
        var merged = new List<Term>(left.Length + right.Length);
        for (int i = 0, j = 0; i < left.Length || j < right.Length;)
        {
            var order = i == left.Length ? 1 : j == right.Length ? -1 : string.CompareOrdinal(left[i].Key, right[j].Key);
            if (order != 0)
                merged.Add(order < 0 ? left[i++] : right[j++]);
            else if (left[i].Coefficient + right[j++].Coefficient is not 0 and var sum)
                merged.Add(new(sum, left[i++].Factors, right[j - 1].Key));
            else
                i++;
        }

        return [.. merged];
    }

    // Both in order.
    private static Atom[] Merge(Atom[] left, Atom[] right)
    {
        var merged = new Atom[left.Length + right.Length];
        for (int i = 0, j = 0; i + j < merged.Length;)
            merged[i + j] = j == right.Length || (i < left.Length && string.CompareOrdinal(left[i].Text, right[j].Text) <= 0) ? left[i++] : right[j++];
        return merged;
    }

    // A term divided by one of its factors.
    private static Dim Without(Term term, string name)
    {
        var first = Array.FindIndex(term.Factors, factor => factor.Name == name);
        return term.Factors.Length == 1 ? term.Coefficient : Of(new Term(term.Coefficient, [.. term.Factors.Where((_, i) => i != first)]));
    }

    private static long FloorDivide(long value, long divisor) => value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

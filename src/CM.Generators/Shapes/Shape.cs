namespace CM.Generators.Shapes;

/// <summary>One axis and how it came to its size; the story does not count in comparisons, and is told only where somebody asks.</summary>
internal readonly struct Axis(Dim size, Func<string>? story = null) : IEquatable<Axis>
{
    public Dim Size { get; } = size;

    /// <summary>Which layers made the size, as words: <c>'Shrink' turned 32 into 15 and 'Grow' turned 15 into 30</c>.</summary>
    public string Story => story?.Invoke() ?? "";

    /// <summary>The story as a sentence for the end of a message, with a space before it; empty where there is none.</summary>
    public string Cause => Story is { Length: > 0 } told ? $" {told}." : "";

    /// <summary>The same axis with names in its size replaced.</summary>
    public Axis With(IReadOnlyDictionary<string, Dim> sizes) => new(Size.With(sizes), story);

    /// <summary>The same axis after a layer has changed its size.</summary>
    public Axis Resized(Dim to, string layer)
    {
        var before = this;
        return to == Size ? this : new(to, () => $"{(before.Story is { Length: > 0 } story ? story + " and " : "")}'{layer}' turned {before.Size} into {to}");
    }

    /// <summary>An axis whose size a layer chose.</summary>
    public static Axis Made(Dim size, string layer) => new(size, () => $"'{layer}' made it {size}");

    /// <summary>Axes that a layer made one of.</summary>
    public static Axis Product(IReadOnlyList<Axis> axes, string layer)
    {
        var size = axes.Aggregate((Dim)1, (product, axis) => product * axis.Size);
        return new(size, () => string.Join(" and ", axes.Select(axis => axis.Story).Where(story => story.Length > 0).Append($"'{layer}' made {string.Join("·", axes.Select(axis => axis.Size))} = {size} of it").Distinct()));
    }

    /// <summary>Axes that stand one after the other now.</summary>
    public static Axis Joined(IReadOnlyList<(string Name, Axis Axis)> parts) => new(
        parts.Aggregate((Dim)0, (sum, part) => sum + part.Axis.Size),
        () => $"Value.Cat joined {string.Join(" and ", parts.Select(part => $"{part.Axis.Size} of '{part.Name}'{(part.Axis.Story is { Length: > 0 } story ? $" ({story})" : "")}"))}");

    public bool Equals(Axis other) => Size.Equals(other.Size);

    public override bool Equals(object? obj) => obj is Axis other && Equals(other);

    public override int GetHashCode() => Size.GetHashCode();
}

/// <summary>The axes of a tensor, outermost first; or unknown, after an error.</summary>
internal readonly struct Shape : IEquatable<Shape>
{
    // Null where nothing is known.
    private readonly Axis[]? axes;

    public Shape(params Axis[] axes) => this.axes = axes;

    public static Shape Of(IEnumerable<Dim> sizes) => new([.. sizes.Select(size => new Axis(size))]);

    public static Shape Unknown => default;

    public bool IsUnknown => axes is null || Array.Exists(axes, static axis => axis.Size.IsUnknown);

    public int Rank => Known.Length;

    public Axis this[int axis] => Known[axis];

    public IEnumerable<Dim> Sizes => Array.ConvertAll(Known, static axis => axis.Size);

    public IEnumerable<Axis> Axes => Known;

    /// <summary>Number of elements of an example; the first axis is the batch.</summary>
    public Dim Numbers => NumbersWithout(0);

    private Axis[] Known => axes ?? [];

    /// <summary>Likewise, as if another axis had size 1.</summary>
    public Dim NumbersWithout(int other)
    {
        Dim product = 1;
        for (var i = 1; i < Rank; i++)
            product *= i == other ? 1 : Known[i].Size;
        return product;
    }

    /// <summary>The shape with a size that a layer chose.</summary>
    public Shape Make(int axis, Dim size, string layer) => Put(axis, Axis.Made(size, layer));

    /// <summary>The shape with a size that a layer changed.</summary>
    public Shape Resize(int axis, Dim size, string layer) => Put(axis, Known[axis].Resized(size, layer));

    /// <summary>The shape with another axis in the place of one.</summary>
    public Shape Put(int axis, Axis other)
    {
        var changed = (Axis[])Known.Clone();
        changed[axis] = other;
        return new(changed);
    }

    public Shape With(IReadOnlyDictionary<string, Dim> sizes) => new(Array.ConvertAll(Known, axis => axis.With(sizes)));

    /// <summary>Common name of an axis: images are batch, channels, height, width.</summary>
    public string NameOf(int axis) => (Rank, axis) switch
    {
        (_, 0) => "batch",
        (4, 1) => "channels",
        (4, 2) => "height",
        (4, 3) => "width",
        (2, 1) => "width",
        _ => $"axis {axis}",
    };

    public bool Equals(Shape other) => (axes is null) == (other.axes is null) && Known.SequenceEqual(other.Known);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => Known.Aggregate(17, static (hash, axis) => unchecked(hash * 31 + axis.GetHashCode()));

    public override string ToString() => axes is null ? "[?]" : $"[{string.Join(", ", Array.ConvertAll(axes, static axis => axis.Size.ToString()))}]";
}

namespace CM.Generators.Shapes;

/// <summary>One axis and how it came to its size; the story does not count in comparisons.</summary>
internal readonly struct Axis(Dim size, string story = "") : IEquatable<Axis>
{
    public Dim Size { get; } = size;

    /// <summary>Which layers made the size, as words: <c>'Shrink' turned 32 into 15 and 'Grow' turned 15 into 30</c>.</summary>
    public string Story => story ?? "";

    /// <summary>The same axis after a layer has changed its size.</summary>
    public Axis Turned(Dim to, string layer) => to == Size ? this : new(to, $"{(Story.Length > 0 ? Story + " and " : "")}'{layer}' turned {Size} into {to}");

    /// <summary>An axis whose size a layer chose.</summary>
    public static Axis Made(Dim size, string layer) => new(size, $"'{layer}' made it {size}");

    /// <summary>Axes that a layer made one of.</summary>
    public static Axis Product(IReadOnlyList<Axis> axes, string layer)
    {
        var size = axes.Aggregate((Dim)1, (product, axis) => product * axis.Size);
        return new(size, string.Join(" and ", axes.Select(axis => axis.Story).Where(story => story.Length > 0).Append($"'{layer}' made {string.Join("·", axes.Select(axis => axis.Size))} = {size} of it").Distinct()));
    }

    /// <summary>Axes that stand one after the other now.</summary>
    public static Axis Joined(IReadOnlyList<(string Name, Axis Axis)> parts) => new(
        parts.Aggregate((Dim)0, (sum, part) => sum + part.Axis.Size),
        $"Flow.Cat joined {string.Join(" and ", parts.Select(part => $"{part.Axis.Size} of '{part.Name}'{(part.Axis.Story.Length > 0 ? $" ({part.Axis.Story})" : "")}"))}");

    public bool Equals(Axis other) => Size.Equals(other.Size);

    public override bool Equals(object? obj) => obj is Axis other && Equals(other);

    public override int GetHashCode() => Size.GetHashCode();
}

/// <summary>The axes of a tensor, outermost first; or unknown, after an error.</summary>
internal readonly struct Shape : IEquatable<Shape>
{
    private readonly EquatableArray<Axis> axes;
    private readonly bool known;

    public Shape(IEnumerable<Axis> axes)
    {
        this.axes = axes.ToEquatable();
        known = true;
    }

    public static Shape Of(IEnumerable<Dim> sizes) => new(sizes.Select(size => new Axis(size)));

    public static Shape Unknown => default;

    public bool IsUnknown => !known || axes.Any(axis => axis.Size.IsUnknown);

    public int Rank => axes.Count;

    public Axis this[int axis] => axes[axis];

    public IEnumerable<Dim> Sizes => axes.Select(axis => axis.Size);

    public IEnumerable<Axis> Axes => axes;

    /// <summary>How many numbers one example is; the first axis is the batch.</summary>
    public Dim Numbers => NumbersWithout(0);

    /// <summary>Likewise, as if another axis had size 1.</summary>
    public Dim NumbersWithout(int other) => axes.Where((_, i) => i > 0 && i != other).Aggregate((Dim)1, (product, axis) => product * axis.Size);

    /// <summary>The shape with a size that a layer chose.</summary>
    public Shape Make(int axis, Dim size, string layer) => new(axes.Select((old, i) => i == axis ? Axis.Made(size, layer) : old));

    /// <summary>The shape with another axis in the place of one.</summary>
    public Shape Put(int axis, Axis other) => new(axes.Select((old, i) => i == axis ? other : old));

    /// <summary>The shape with a size that a layer changed.</summary>
    public Shape Turn(int axis, Dim size, string layer) => new(axes.Select((old, i) => i == axis ? old.Turned(size, layer) : old));

    public Shape With(IReadOnlyDictionary<string, Dim> sizes) => new(axes.Select(axis => new Axis(axis.Size.With(sizes), axis.Story)));

    /// <summary>What people call an axis: images are batch, channels, height, width.</summary>
    public string NameOf(int axis) => (Rank, axis) switch
    {
        (_, 0) => "batch",
        (4, 1) => "channels",
        (4, 2) => "height",
        (4, 3) => "width",
        (2, 1) => "width",
        _ => $"axis {axis}",
    };

    public bool Equals(Shape other) => known == other.known && axes.Equals(other.axes);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode() => axes.GetHashCode();

    public override string ToString() => known ? $"[{string.Join(", ", axes.Select(axis => axis.Size.ToString()))}]" : "[?]";
}

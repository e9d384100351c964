using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>
/// One kind of layer: its shape rule, its parameters and the code it writes. A class named like its attribute, or its
/// member of <c>CM.Dsl.Functions</c>, is found by itself, so a new layer is one of these in CM.Dsl/Networks and a class in Layers.
/// </summary>
internal abstract class LayerKind
{
    private static readonly Dictionary<string, LayerKind> Kinds = typeof(LayerKind).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(LayerKind)) && !type.IsAbstract)
        .ToDictionary(type => type.Name, type => (LayerKind)Activator.CreateInstance(type));

    public static LayerKind? Find(string kind) => Kinds.TryGetValue(kind, out var found) ? found : null;

    /// <summary>
    /// True for a layer that is entered by a contract and not by a shape rule: a block, a user's function, a network of its own.
    /// </summary>
    public static bool NeedsContract(LayerPlan layer) => layer.Kind is "Block" or "Function" || Find(layer.Kind) is { IsNetwork: true };

    /// <summary>The kind with its numbers, as on hover: <c>Conv2d 3→64, 3×3</c>.</summary>
    public abstract string Describe(LayerPlan layer);

    /// <summary>True for a layer that stands for a network of its own, which is entered by a contract.</summary>
    public virtual bool IsNetwork => false;

    /// <summary>Number of inputs.</summary>
    public virtual int Inputs => 1;

    /// <summary>Checks the numbers in the attribute or the call, whatever flows in.</summary>
    public virtual void Validate(LayerPlan layer, LayerCheck check)
    {
    }

    /// <summary>
    /// The shape that comes out; reports what does not fit. The shape of a second input is that of <see cref="LayerCheck.Second"/>.
    /// </summary>
    public abstract Shape Infer(LayerPlan layer, Shape input, LayerCheck check);

    /// <summary>Trainable and fixed tensors, in the order of PyTorch's module of that name.</summary>
    public virtual IEnumerable<ParameterPlan> Parameters(LayerPlan layer) => [];

    /// <summary>Multiply-adds for one example.</summary>
    public virtual Dim Work(LayerPlan layer, Shape input, Shape output) => 0;

    /// <summary>Tensors saved for the backward pass; most layers need their input for the gradient of their weights.</summary>
    public virtual SavedForBackward Saved(LayerPlan layer, Shape input, Shape output) => SavedForBackward.Inputs;

    /// <summary>Whether the result lies in the memory of the input.</summary>
    public virtual bool IsView(LayerPlan layer) => false;

    /// <summary>True when the layer draws a mask at random while training, which student and teacher must share.</summary>
    public virtual bool DrawsMasks(LayerPlan layer) => false;

    /// <summary>
    /// True for a layer of EDM2's magnitude-preserving set; networks with one keep the type when a value is spread over axes.
    /// </summary>
    public virtual bool PreservesMagnitude => false;

    /// <summary>True when a training pass brings the layer's weights to magnitude 1 in place (EDM2).</summary>
    public virtual bool NormalisesWeights => false;

    /// <summary>The place that the layer can take in a fused step.</summary>
    public virtual FusionRole Fuses(LayerPlan layer) => FusionRole.None;

    /// <summary>The contract of a layer that stands for a network of its own, as its own numbers say it.</summary>
    public virtual BlockContract Contract(LayerPlan layer) => throw new NotSupportedException($"'{layer.Kind}' has a shape rule.");

    /// <summary>The network and its blocks; null where the layer stands for none, or the attribute's numbers do not allow one.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="owner">The record whose layer it is.</param>
    public virtual Expansion? Expand(LayerPlan layer, RecordName owner) => null;

    /// <summary>The expression that computes it.</summary>
    public abstract string Write(LayerPlan layer, Shape input, Shape output, LayerCode code);
}

/// <summary>Tensors of the forward pass that a layer's backward pass needs.</summary>
/// <param name="Input">Whether it needs everything that flows in.</param>
/// <param name="Output">Whether it needs what flows out.</param>
/// <param name="Inside">Number of further elements, for one example.</param>
internal readonly record struct SavedForBackward(bool Input, bool Output, Dim Inside)
{
    public static SavedForBackward Nothing => default;

    public static SavedForBackward Inputs => new(true, false, 0);

    public static SavedForBackward Outputs => new(false, true, 0);

    public SavedForBackward And(Dim inside) => this with { Inside = Inside + inside };
}

/// <summary>A tensor that a layer owns.</summary>
/// <param name="Name">Name as in PyTorch: <c>weight</c>.</param>
/// <param name="Init">Initialization as C#: <c>Initializer.Uniform(0.125)</c>.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Fixed">True for a buffer, drawn once and never trained.</param>
/// <param name="InFloat32">True for a parameter that stays float32 if networks compute in 16 bits.</param>
internal sealed record ParameterPlan(string Name, string Init, EquatableArray<Dim> Shape, bool Fixed = false, bool InFloat32 = false)
{
    public Dim Count => Shape.Aggregate((Dim)1, (product, size) => product * size);

    /// <summary>A parameter's name below a path: after nothing, and after what ends in <c>.</c> or <c>_</c>, no dot follows.</summary>
    public static string At(string path, string name) => path.Length == 0 || path[path.Length - 1] is '.' or '_' ? path + name : $"{path}.{name}";

    public static EquatableArray<ParameterPlan> ScaleAndShift(Dim size) =>
        [new("weight", "Initializer.Constant(1)", [size]), new("bias", "Initializer.Constant(0)", [size])];
}

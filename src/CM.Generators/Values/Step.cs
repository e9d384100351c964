using CM.Generators.Shapes;

namespace CM.Generators.Values;

/// <summary>A value that flows.</summary>
/// <param name="Name">The user's name for it, or one made from the layer that made it.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record ShapedValue(string Name, Shape Shape);

/// <summary>A step of the forward pass.</summary>
internal abstract record Step(EquatableArray<int> Inputs, EquatableArray<int> Outputs)
{
    /// <summary>The method of the forward pass to which it belongs; empty for <c>forward</c> itself.</summary>
    public string Section { get; init; } = "";
}

internal sealed record LayerStep(LayerPlan Layer, EquatableArray<int> Inputs, EquatableArray<int> Outputs) : Step(Inputs, Outputs);

internal sealed record CombineStep(char Operator, int Left, int Right, int Output) : Step([Left, Right], [Output]);

internal sealed record NumberStep(char Operator, int Value, double Number, bool NumberFirst, int Output) : Step([Value], [Output]);

internal sealed record NegateStep(int Value, int Output) : Step([Value], [Output]);

internal sealed record CatStep(EquatableArray<int> Items, int Output) : Step(Items, [Output]);

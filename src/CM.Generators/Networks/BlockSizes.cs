using CM.Generators.Shapes;
using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>Finds the values of a block's parameters and open axes where it is used.</summary>
internal static class BlockSizes
{
    /// <summary>Values of its parameters and open axes.</summary>
    public static Dictionary<string, Dim> Of(LayerPlan layer, BlockContract block, Shape[] inputs)
    {
        var sizes = Of(layer, block);
        Bind(block.Inputs, inputs, sizes);
        return sizes;
    }

    /// <summary>Values of its parameters alone.</summary>
    public static Dictionary<string, Dim> Of(LayerPlan layer, BlockContract block)
    {
        var (sizes, given) = (new Dictionary<string, Dim>(), layer.Sizes("arguments"));
        for (var i = 0; i < Math.Min(block.Parameters.Count, given.Count); i++)
            sizes[block.Parameters[i]] = given[i];
        return sizes;
    }

    /// <summary>Names of a contract that are still free take the sizes that come in: N where 2*N+1 is wanted and 9 comes is 4.</summary>
    public static void Bind(EquatableArray<Shape> wanted, IReadOnlyList<Shape> actual, Dictionary<string, Dim> sizes)
    {
        var before = -1;
        while (before != sizes.Count)
        {
            before = sizes.Count;
            for (var i = 0; i < Math.Min(wanted.Count, actual.Count); i++)
            {
                for (var axis = 0; axis < Math.Min(wanted[i].Rank, actual[i].Rank); axis++)
                    Bind(wanted[i][axis].Size, actual[i][axis].Size, sizes);
            }
        }
    }

    private static void Bind(Dim size, Dim comes, Dictionary<string, Dim> sizes)
    {
        if (size.Value is not null)
            return;
        if (size.Name is { } name)
        {
            if (!sizes.ContainsKey(name))
                sizes[name] = comes;
            return;
        }

        string[] open = [.. size.Names.Where(each => !sizes.ContainsKey(each))];
        if (open.Length != 1)
            return;
        var free = open[0];
        var known = size.With(sizes);
        var rest = known.With(new Dictionary<string, Dim> { [free] = 0 });
        if ((known - rest).With(new Dictionary<string, Dim> { [free] = 1 }).Value is > 0 and var factor && known - rest == Dim.Of(free) * factor)
            sizes[free] = (comes - rest).Floor(factor);
    }
}

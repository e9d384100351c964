using CM.Generators.Values;

namespace CM.Generators.Networks;

/// <summary>A network that a layer stands for, and the blocks it is made of.</summary>
internal sealed record Expansion(CheckedNetwork Root, EquatableArray<CheckedNetwork> Blocks)
{
    private BlockContract? contract;

    public bool Fits => Root.Fits && Blocks.All(block => block.Fits);

    public BlockContract Contract => contract ??= Root.Contract(Root.Plan.Site);
}

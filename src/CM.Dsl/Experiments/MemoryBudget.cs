namespace CM.Dsl;

/// <summary>
/// How much memory of a device a training may take. While you type, the weights, their gradients, the optimiser's moments, the averages and
/// what the batch's forward pass keeps in float32 are held against it. That is the least it takes: work space of kernels and what a device
/// keeps for itself come on top.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MemoryBudgetAttribute : Attribute
{
    /// <summary>In units of 2³⁰ bytes, above 0.</summary>
    public double GiB { get; set; }
}

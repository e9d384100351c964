using TorchSharp.Modules;

namespace CM.Runtime;

/// <summary>A parameter or buffer of a <see cref="ParameterStore"/>, which knows the steps that it is used in.</summary>
/// <param name="data">The values.</param>
/// <param name="isTrained">Whether it has a gradient.</param>
/// <param name="context">The context of the store.</param>
internal sealed class StoredParameter(Tensor data, bool isTrained, StepContext context) : Parameter(data, isTrained)
{
    /// <summary>The context of the store.</summary>
    public StepContext Context { get; } = context;
}

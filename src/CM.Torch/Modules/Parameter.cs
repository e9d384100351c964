using static TorchSharp.torch;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A tensor that a module learns. It takes over <c>data</c>, which is as if disposed afterwards.</summary>
        public class Parameter(Tensor data, bool requires_grad = true) : Tensor(data.with_requires_grad(requires_grad).DecoupleFromNativeHandle());
    }

    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}

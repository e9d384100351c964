using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Modules that TorchScript has saved.</summary>
    public static partial class jit
    {
        /// <summary>Loads a module from a file.</summary>
        public static ScriptModule load(string filename, DeviceType device_type = DeviceType.CPU, long device_index = -1)
        {
            if (!File.Exists(filename))
                throw new FileNotFoundException(filename);
            cm_jit_load(filename, (int)device_type, (int)device_index, out var module).Check();
            return new ScriptModule(module);
        }

        /// <summary>Loads a module from a file.</summary>
        public static ScriptModule load(string filename, Device map_location) => load(filename, map_location.type, map_location.index);

        /// <summary>A module whose forward pass TorchScript runs.</summary>
        public class ScriptModule : nn.Module
        {
            private readonly ScriptHandle module;

            internal ScriptModule(ScriptHandle module)
                : base("ScriptModule") => this.module = module;

            /// <summary>How many values the forward pass takes.</summary>
            public int GetNumberOfInputs()
            {
                cm_jit_inputs(module, out var count).Check();
                return (int)count;
            }

            /// <summary>Runs the forward pass: tensors, numbers and truth values in, a tensor out.</summary>
            public object forward(params object[] input)
            {
                var tensors = new nint[input.Length];
                var numbers = new Number[input.Length];
                for (var i = 0; i < input.Length; i++)
                {
                    numbers[i] = input[i] switch
                    {
                        Tensor or null => (Scalar?)null,
                        bool truth => truth,
                        int whole => (long)whole,
                        long whole => whole,
                        float real => (double)real,
                        double real => real,
                        var other => throw new NotSupportedException($"A script takes tensors, numbers and truth values in CM.Torch, not {other.GetType()}."),
                    };
                    tensors[i] = input[i] is Tensor tensor ? tensor.Handle : 0;
                }
                var result = cm_jit_forward(module, tensors, numbers, input.Length);
                GC.KeepAlive(input);
                return result;
            }

            public object call(params object[] input) => forward(input);

            public override void train(bool on = true)
            {
                cm_jit_train(module, on).Check();
            }

            public override void eval() => train(false);

            private protected override void Release() => module.Dispose();
        }
    }
}

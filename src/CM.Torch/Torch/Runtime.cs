using System.Runtime.InteropServices;
using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>libtorch's version.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8(cm_version())!;

    public static int get_num_threads() => cm_num_threads();
    public static int get_num_interop_threads() => cm_num_interop_threads();
    public static void set_num_threads(int num) => cm_set_num_threads(num).Check();
    public static void set_num_interop_threads(int num) => cm_set_num_interop_threads(num).Check();

    public static ScalarType get_default_dtype() => (ScalarType)cm_default_dtype();
    public static void set_default_dtype(ScalarType dtype) => cm_set_default_dtype((int)dtype).Check();
    public static Device get_default_device() => CPU;

    public static ScalarType promote_types(ScalarType type1, ScalarType type2)
    {
        cm_promote_types((int)type1, (int)type2, out var result).Check();
        return (ScalarType)result;
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static bool mps_is_available()
    {
        cm_mps_available(out var available).Check();
        return available;
    }

    public static partial class cuda
    {
        public static bool is_available() => cm_cuda_count() > 0;
        public static int device_count() => cm_cuda_count();
        public static bool is_cudnn_available() => cm_cudnn_available();
        public static void manual_seed(long seed) => cm_cuda_manual_seed(unchecked((ulong)seed)).Check();
        public static void manual_seed_all(long seed) => cm_cuda_manual_seed_all(unchecked((ulong)seed)).Check();
        public static void synchronize(Device? device = null) => cm_cuda_synchronize(device?.index ?? -1).Check();
    }

    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => cm_allow_tf32_cublas();
                    set => cm_set_allow_tf32_cublas(value);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => cm_allow_tf32_cudnn();
                set => cm_set_allow_tf32_cudnn(value);
            }
        }
    }
}

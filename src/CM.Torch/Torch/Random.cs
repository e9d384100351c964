using CM.Torch;
using static CM.Torch.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    [System.Runtime.InteropServices.Marshalling.NativeMarshalling(typeof(GeneratorMarshaller))]
    public class Generator : IDisposable
    {
        private nint handle;

        public Generator(ulong seed = 0, Device? device = null) : this(device ?? CPU, New(cm_generator_new(seed, (int)(device ?? CPU).type, (device ?? CPU).index))) { }

        private Generator(Device device, nint handle) => (this.device, this.handle) = (device, handle);

        ~Generator() => Dispose(false);

        /// <summary>The CPU's own, the one that is used where none is given.</summary>
        public static Generator Default => Of(CPU);

        public Device device { get; }

        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        internal static Generator Of(Device device) => new(device, New(cm_generator_default((int)device.type, device.index)));

        public Generator manual_seed(long seed)
        {
            cm_generator_set_seed(this, unchecked((ulong)seed)).Check();
            return this;
        }

        /// <summary>Seeds it from the system and says with what.</summary>
        public long seed()
        {
            cm_generator_seed(this, out var seed).Check();
            return unchecked((long)seed);
        }

        public long initial_seed()
        {
            cm_generator_initial_seed(this, out var seed).Check();
            return unchecked((long)seed);
        }

        public Tensor get_state() => cm_generator_get_state(this);

        public void set_state(Tensor value) => cm_generator_set_state(this, value).Check();

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref handle, 0) is var last && last != 0)
                cm_generator_release(last);
        }

        private static nint New(nint handle) => handle != 0 ? handle : throw Error();
    }

    /// <summary>Seeds the default generators of all devices.</summary>
    public static Generator manual_seed(long seed)
    {
        cm_manual_seed(unchecked((ulong)seed)).Check();
        return Generator.Default;
    }

    public static long seed()
    {
        using var generator = Generator.Default;
        var seed = generator.seed();
        cm_manual_seed(unchecked((ulong)seed)).Check();
        return seed;
    }

    public static long initial_seed()
    {
        using var generator = Generator.Default;
        return generator.initial_seed();
    }

    /// <summary>The state of the CPU's default generator.</summary>
    public static Tensor get_rng_state()
    {
        using var generator = Generator.Default;
        return generator.get_state();
    }

    public static void set_rng_state(Tensor new_state)
    {
        using var generator = Generator.Default;
        generator.set_state(new_state);
    }

    public static partial class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);
        public static long seed() => torch.seed();
        public static long initial_seed() => torch.initial_seed();
        public static Tensor get_rng_state() => torch.get_rng_state();
        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }
}

using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CM.Torch;

internal static partial class Native
{
    [LibraryImport(Library)] internal static partial Tensor cm_multinomial(Tensor self, long num_samples, Flag replacement, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Tensor cm_bernoulli(Tensor self, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_bernoulli_(Tensor self, double p, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_bernoulli_each_(Tensor self, Tensor p, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_normal_(Tensor self, double mean, double std, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_log_normal_(Tensor self, double mean, double std, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_uniform_(Tensor self, double from, double to, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_exponential_(Tensor self, double lambda, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_random_(Tensor self, double from, double to, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Tensor cm_normal(Tensor mean, Tensor std, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Tensor cm_poisson(Tensor self, torch.Generator? generator);
    [LibraryImport(Library)] internal static partial Done cm_fill_(Tensor self, Number value);
    [LibraryImport(Library)] internal static partial Done cm_zero_(Tensor self);

    [LibraryImport(Library)] internal static partial nint cm_generator_default(int device, int index);
    [LibraryImport(Library)] internal static partial nint cm_generator_new(ulong seed, int device, int index);
    [LibraryImport(Library)] internal static partial void cm_generator_release(nint generator);
    [LibraryImport(Library)] internal static partial Done cm_generator_set_seed(torch.Generator generator, ulong seed);
    [LibraryImport(Library)] internal static partial Done cm_generator_seed(torch.Generator generator, out ulong seed);
    [LibraryImport(Library)] internal static partial Done cm_generator_initial_seed(torch.Generator generator, out ulong seed);
    [LibraryImport(Library)] internal static partial Tensor cm_generator_get_state(torch.Generator generator);
    [LibraryImport(Library)] internal static partial Done cm_generator_set_state(torch.Generator generator, Tensor state);
    [LibraryImport(Library)] internal static partial Done cm_manual_seed(ulong seed);
}

// The process: errors, memory, threads, devices, and what this libtorch is.
#include "Common.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/DefaultDtype.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

static thread_local std::string last_error;

void remember_error() noexcept {
    try {
        try { throw; }
        catch (const c10::Error& error) { last_error = error.what_without_backtrace(); }
        catch (const std::exception& error) { last_error = error.what(); }
        catch (...) { last_error = "libtorch threw something that is no exception"; }
        last_error.resize(std::min(last_error.find('\n'), last_error.size()));
    }
    catch (...) { }
}
EXPORT const char* cm_error() { return last_error.c_str(); }

std::vector<Handle>& results() {
    static thread_local std::vector<Handle> list;
    return list;
}
EXPORT const Handle* cm_results() { return results().data(); }

// glibc gives large buffers back to the system at once and faults them in again at the next step; a training step frees and asks for the
// same sizes over and over, so let it keep them. Once, where the library is loaded; false where the allocator is another one.
static bool keep_memory() {
#ifdef __GLIBC__
    return mallopt(M_MMAP_THRESHOLD, 1 << 30) == 1 && mallopt(M_TRIM_THRESHOLD, -1) == 1 && mallopt(M_TOP_PAD, 64 << 20) == 1;
#else
    return false;
#endif
}
static const bool memory_is_kept = keep_memory();

// ATen of 1.13 stops at AVX2 unless it is asked for more, and asks the environment at its first operation.
#if defined(__x86_64__) && TORCH_VERSION_MAJOR < 2
[[maybe_unused]] static const bool widest_vectors = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") && setenv("ATEN_CPU_CAPABILITY", "avx512", 0) == 0;
#endif

EXPORT int32_t cm_memory_is_kept() { return memory_is_kept; }

EXPORT const char* cm_version() { return TORCH_VERSION; }
EXPORT int32_t cm_build_info(char* text, int32_t capacity) {
    const std::string info = at::show_config() + at::get_parallel_info();
    const auto count = std::min<size_t>(info.size(), capacity);
    memcpy(text, info.data(), count);
    return static_cast<int32_t>(info.size());
}

EXPORT int32_t cm_num_threads() { return at::get_num_threads(); }
EXPORT int32_t cm_num_interop_threads() { return at::get_num_interop_threads(); }
INPLACE_OP(set_num_threads, (int32_t count), at::set_num_threads(count))
INPLACE_OP(set_num_interop_threads, (int32_t count), at::set_num_interop_threads(count))

EXPORT int32_t cm_default_dtype() { return static_cast<int32_t>(c10::get_default_dtype_as_scalartype()); }
INPLACE_OP(set_default_dtype, (int32_t dtype), c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype))))
INPLACE_OP(promote_types, (int32_t first, int32_t second, int32_t* result), *result = static_cast<int32_t>(c10::promoteTypes(static_cast<at::ScalarType>(first), static_cast<at::ScalarType>(second))))

EXPORT int32_t cm_cuda_count() {
    try { return static_cast<int32_t>(torch::cuda::device_count()); }
    catch (...) { remember_error(); return 0; }
}
EXPORT int32_t cm_cudnn_available() {
    try { return torch::cuda::cudnn_is_available(); }
    catch (...) { remember_error(); return false; }
}
INPLACE_OP(cuda_manual_seed, (uint64_t seed), torch::cuda::manual_seed(seed))
INPLACE_OP(cuda_manual_seed_all, (uint64_t seed), torch::cuda::manual_seed_all(seed))
INPLACE_OP(cuda_synchronize, (int64_t device), torch::cuda::synchronize(device))
INPLACE_OP(mps_available, (int32_t* available), *available = at::globalContext().hasMPS())

EXPORT int32_t cm_allow_tf32_cublas() { return at::globalContext().allowTF32CuBLAS(); }
EXPORT void cm_set_allow_tf32_cublas(Flag allow) { at::globalContext().setAllowTF32CuBLAS(allow); }
EXPORT int32_t cm_allow_tf32_cudnn() { return at::globalContext().allowTF32CuDNN(); }
EXPORT void cm_set_allow_tf32_cudnn(Flag allow) { at::globalContext().setAllowTF32CuDNN(allow); }

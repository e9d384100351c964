// Processes that train together: c10d's Gloo for the CPU, its NCCL for CUDA. CM_GLOO and CM_NCCL say which of them this torch's headers come with.
#include "Common.h"

#if CM_GLOO
#define USE_C10D_GLOO
#endif
#if CM_NCCL
#define USE_C10D_NCCL
#endif

#if CM_GLOO || CM_NCCL
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#if CM_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if CM_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

#if TORCH_VERSION_MAJOR >= 2
#include <torch/csrc/distributed/c10d/Backend.hpp>
using Collectives = c10d::Backend;
#else
using Collectives = c10d::ProcessGroup;
#endif
#endif

struct Group {
#if CM_GLOO || CM_NCCL
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<Collectives> collectives;
#endif
    at::Device device = at::kCPU; // where it exchanges tensors: a CUDA device with NCCL, otherwise the host
};

EXPORT int32_t cm_has_gloo() {
#if CM_GLOO
    return 1;
#else
    return 0;
#endif
}
EXPORT int32_t cm_has_nccl() {
#if CM_NCCL
    return 1;
#else
    return 0;
#endif
}

#if CM_GLOO
static c10::intrusive_ptr<Collectives> connect_gloo(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, std::chrono::milliseconds timeout, const std::string& host) {
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    const char* interface = std::getenv("GLOO_SOCKET_IFNAME");
    options->devices.push_back(
        interface && *interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
        : host == "127.0.0.1" || host == "localhost" ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
        : c10d::ProcessGroupGloo::createDefaultDevice());
    return c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, options);
}
#endif
#if CM_NCCL
static c10::intrusive_ptr<Collectives> connect_nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, std::chrono::milliseconds timeout) {
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}
#endif

// Waits until all processes are there. The one with `serves` keeps the store; `prefix` tells restarts of a job apart. Without a CUDA device, what lies
// on one goes through the host's memory.
EXPORT Group* cm_group_connect(const char* host, int32_t port, int32_t rank, int32_t size, Flag serves, const char* prefix, int32_t cuda_index, int64_t timeout_ms) {
    try {
#if CM_GLOO || CM_NCCL
        const std::chrono::milliseconds timeout(timeout_ms);
        c10d::TCPStoreOptions options;
        options.port = static_cast<std::uint16_t>(port);
        options.isServer = serves;
        options.waitWorkers = false;
        options.timeout = timeout;
        auto group = std::make_unique<Group>();
        group->store = c10::make_intrusive<c10d::PrefixStore>(prefix, c10::make_intrusive<c10d::TCPStore>(host, options));
        const bool on_device = cuda_index >= 0;
        if (on_device) group->device = at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(cuda_index));
#if CM_NCCL
        if (on_device) group->collectives = connect_nccl(group->store, rank, size, timeout);
#endif
#if CM_GLOO
        if (!on_device) group->collectives = connect_gloo(group->store, rank, size, timeout, host);
#endif
        if (!group->collectives) throw std::runtime_error("this library was built without the collectives that were asked for");
        return group.release();
#else
        (void)host, (void)port, (void)rank, (void)size, (void)serves, (void)prefix, (void)cuda_index, (void)timeout_ms;
        throw std::runtime_error("this library was built without collectives");
#endif
    }
    catch (...) { remember_error(); return nullptr; }
}
EXPORT void cm_group_release(Group* group) { delete group; }

#if CM_GLOO || CM_NCCL
INPLACE_OP(group_sum, (Group* group, TensorArg tensor), {
    std::vector<at::Tensor> here{tensor->to(group->device)}; // the same tensor where it lies there already
    group->collectives->allreduce(here)->wait();
    if (!here[0].is_same(tensor.get())) tensor->copy_(here[0]);
})
// The same tensor of every process, in the order of their ranks, one after the other along axis 0.
TENSOR_OP(group_gather, (Group* group, TensorArg tensor), [&] {
    const auto own = tensor->to(group->device).contiguous();
    std::vector<at::Tensor> mine{own};
    std::vector<std::vector<at::Tensor>> parts(1);
    for (int i = 0; i < group->collectives->getSize(); ++i) parts[0].push_back(at::empty_like(own));
    group->collectives->allgather(parts, mine)->wait();
    return at::cat(parts[0], 0).to(tensor->device());
}())
#else
[[noreturn]] static at::Tensor refuse() { throw std::runtime_error("this library was built without collectives"); }
INPLACE_OP(group_sum, (Group*, TensorArg), refuse())
TENSOR_OP(group_gather, (Group*, TensorArg), refuse())
#endif

// A device's queues: work recorded once and launched as one (CUDA graphs), and copies to a device beside its work. CM_CUDA says whether this torch's headers
// come with CUDA's, which graphs need; streams and events are libtorch's own for any device.
#include "Common.h"

#include <ATen/Functions.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#if CM_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/core/DeviceGuard.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <torch/cuda.h>
#endif

// A queue beside the one that the calling thread fills.
struct Lane {
    c10::impl::VirtualGuardImpl device;
    c10::Stream stream;

    explicit Lane(at::Device place) : device(place.type()), stream(device.getStreamFromGlobalPool(place)) {}

    c10::Stream current() const { return device.getStream(stream.device()); }

    // What is asked of one queue from now on waits for what has been asked of another.
    void order(const c10::Stream& before, const c10::Stream& after) const {
        c10::Event event(device.type());
        event.record(before);
        event.block(after);
    }
};

template <class T, class... A> static T* made(A&&... arguments) {
    try { return new T(std::forward<A>(arguments)...); }
    catch (...) { remember_error(); return nullptr; }
}

EXPORT int32_t cm_has_graphs() {
#if CM_CUDA
    return 1;
#else
    return 0;
#endif
}

#if CM_CUDA
// Later versions can be told that only the recording thread must leave the device's memory alone: others go on copying batches.
template <class G> static auto begin(G& graph, int) -> decltype(graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal)) { graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal); }
template <class G> static void begin(G& graph, long) { graph.capture_begin(); }

struct Graph : Lane {
    at::cuda::CUDAGraph graph;
    Optional<c10::Stream> left;     // the queue that the thread filled before
    Optional<at::Device> elsewhere; // the device that was its current one

    using Lane::Lane;
};

EXPORT Graph* cm_graph_new(int32_t index) { return made<Graph>(at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index))); }
EXPORT void cm_graph_release(Graph* graph) { delete graph; }

// Until cm_graph_leave the thread fills the graph's own queue: the default one cannot be recorded.
INPLACE_OP(graph_enter, (Graph* graph), {
    graph->elsewhere = graph->device.exchangeDevice(graph->stream.device());
    graph->left = graph->current();
    graph->order(*graph->left, graph->stream);
    graph->device.exchangeStream(graph->stream);
})
INPLACE_OP(graph_leave, (Graph* graph), {
    graph->device.exchangeStream(*graph->left);
    graph->order(graph->stream, *graph->left);
    graph->device.setDevice(*graph->elsewhere);
})
INPLACE_OP(graph_begin, (Graph* graph), {
    torch::cuda::synchronize(graph->stream.device_index());
    c10::cuda::CUDACachingAllocator::emptyCache(); // a recording has memory of its own; what was needed before it is not needed again
    begin(graph->graph, 0);
})
INPLACE_OP(graph_end, (Graph* graph), graph->graph.capture_end())
INPLACE_OP(graph_replay, (Graph* graph), {
    const c10::DeviceGuard guard(graph->stream.device());
    graph->graph.replay();
})
#else
struct Graph;

[[noreturn]] static void refuse() { throw std::runtime_error("this library was built without CUDA's headers, which graphs need"); }

EXPORT Graph* cm_graph_new(int32_t) {
    try { refuse(); }
    catch (...) { remember_error(); return nullptr; }
}
EXPORT void cm_graph_release(Graph*) {}
INPLACE_OP(graph_enter, (Graph*), refuse())
INPLACE_OP(graph_leave, (Graph*), refuse())
INPLACE_OP(graph_begin, (Graph*), refuse())
INPLACE_OP(graph_end, (Graph*), refuse())
INPLACE_OP(graph_replay, (Graph*), refuse())
#endif

// A tensor on its way to a device.
struct Sent {
    at::Tensor tensor;
    c10::Event ready;
};

EXPORT Lane* cm_lane_new(int32_t device, int32_t index) { return made<Lane>(at::Device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index))); }
EXPORT void cm_lane_release(Lane* lane) { delete lane; }

// Memory of the host that the device reads by itself.
TENSOR_OP(stage, (INTS(shape), int32_t dtype), at::empty(LIST(shape), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).pinned_memory(true)))

EXPORT Sent* cm_lane_send(Lane* lane, TensorArg staged) {
    try {
        const c10::StreamGuard guard(lane->stream);
        auto sent = std::make_unique<Sent>(Sent{staged->to(at::TensorOptions(lane->stream.device()), /*non_blocking=*/true), c10::Event(lane->device.type())});
        sent->ready.record(lane->stream);
        return sent.release();
    }
    catch (...) { remember_error(); return nullptr; }
}
// The thread's queue waits for the copy, and the memory stays until that queue has done with it.
TENSOR_OP(lane_receive, (Lane* lane, Sent* sent), [&] {
    const auto current = lane->current();
    sent->ready.block(current);
    sent->tensor.record_stream(current);
    return sent->tensor;
}())
EXPORT void cm_sent_release(Sent* sent) { delete sent; }

// Where the time goes: how often each operation ran, and for how long without those inside it.
#include "Common.h"

#include <ATen/record_function.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

namespace {
using Clock = std::chrono::steady_clock;

struct Spent {
    int64_t count = 0;
    double seconds = 0;
};

std::mutex guard;
std::map<std::string, Spent> spent;
at::CallbackHandle handle = 0;

// One running operation; inside counts what its own operations took.
struct Running : at::ObserverContext {
    Clock::time_point start = Clock::now();
    double inside = 0;
    Running* outer;
};
thread_local Running* innermost = nullptr;

std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction&) {
    auto running = std::make_unique<Running>();
    running->outer = innermost;
    innermost = running.get();
    return running;
}
void end(const at::RecordFunction& function, at::ObserverContext* context) {
    auto* running = static_cast<Running*>(context);
    const double seconds = std::chrono::duration<double>(Clock::now() - running->start).count();
    innermost = running->outer;
    if (innermost) innermost->inside += seconds;
    const std::lock_guard<std::mutex> lock(guard);
    auto& entry = spent[function.name()];
    ++entry.count;
    entry.seconds += seconds - running->inside;
}
}

INPLACE_OP(profile_begin, (), {
    TORCH_CHECK(!handle, "a profile is being taken already");
    spent.clear();
    handle = at::addGlobalCallback(at::RecordFunctionCallback(begin, end).scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION, at::RecordScope::USER_SCOPE}));
})
// A line each: seconds, count, name. Gives how long the text is; writes as much as there is room for, and ends the profile if that is all of it.
INPLACE_OP(profile_end, (char* text, int64_t capacity, int64_t* length), {
    std::string lines;
    {
        const std::lock_guard<std::mutex> lock(guard);
        for (const auto& [name, entry] : spent) lines += std::to_string(entry.seconds) + '\t' + std::to_string(entry.count) + '\t' + name + '\n';
    }
    *length = static_cast<int64_t>(lines.size());
    if (*length > capacity) return;
    memcpy(text, lines.data(), lines.size());
    if (handle) at::removeCallback(handle);
    handle = 0;
})

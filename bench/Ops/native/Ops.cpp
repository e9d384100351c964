// Reads lines "workload repetitions" and answers each with the nanoseconds one repetition took, so that the C# side can alternate with it.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <malloc.h>
#include <string>
#include <vector>

using at::Tensor;

static std::function<void()> linear(int64_t batch) {
    auto x = at::ones({batch, 64}), weight = at::full({64, 64}, 0.01).requires_grad_(), bias = at::zeros(64).requires_grad_();
    return [=]() mutable {
        auto y = at::linear(x, weight, bias);
        auto loss = y.sum();
        loss.backward();
        weight.mutable_grad() = Tensor();
        bias.mutable_grad() = Tensor();
    };
}

static std::function<void()> adam() {
    struct Slot { Tensor weight, gradient, mean, square; };
    std::vector<Slot> slots;
    for (int i = 0; i < 100; ++i) slots.push_back({at::ones(64), at::full({64}, 0.1), at::zeros(64), at::zeros(64)});
    return [=]() mutable {
        for (auto& [weight, gradient, mean, square] : slots) {
            mean.mul_(0.9).add_(gradient, 0.1);
            square.mul_(0.999).addcmul_(gradient, gradient, 0.001);
            auto root = square.sqrt();
            root.div_(0.5).add_(1e-8);
            weight.addcdiv_(mean, root, -1e-3);
        }
    };
}

static std::function<void()> convolution() {
    auto x = at::ones({8, 16, 32, 32}), weight = at::full({32, 16, 3, 3}, 0.01).requires_grad_(), bias = at::zeros(32).requires_grad_();
    return [=]() mutable {
        {
            auto y = at::conv2d(x, weight, bias, 1, 1);
            auto bent = at::silu(y);
            auto square = at::square(bent);
            auto loss = at::mean(square);
            loss.backward();
        }
        at::NoGradGuard silent;
        for (auto* parameter : {&weight, &bias}) {
            parameter->add_(parameter->grad(), -0.01);
            parameter->mutable_grad() = Tensor();
        }
    };
}

int main() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, -1);
    mallopt(M_TOP_PAD, 64 << 20);
    at::set_num_threads(1);
    auto a = at::ones(64), b = at::full({64}, 1e-6), c = at::ones(64), one = at::ones(64);
    const std::map<std::string, std::function<void()>> workloads = {
        {"add_(tensor)", [&] { a.add_(b); }},
        {"add_(1.0)", [&] { c.add_(1.0); }},
        {"mul_(tensor)", [&] { one.mul_(one); }},
        {"a + b", [&] { auto sum = a + b; }},
        {"a * 2.0", [&] { auto product = a * 2.0; }},
        {"linear B=1", linear(1)},
        {"linear B=32", linear(32)},
        {"adam 100x64", adam()},
        {"conv step", convolution()},
    };
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto space = line.rfind(' ');
        const auto& work = workloads.at(line.substr(0, space));
        const auto count = std::stol(line.substr(space));
        const auto start = std::chrono::steady_clock::now();
        for (long i = 0; i < count; ++i) work();
        const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
        std::cout << taken.count() / static_cast<double>(count) << std::endl;
    }
}

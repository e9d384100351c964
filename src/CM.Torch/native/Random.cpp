// Draws, in place or new.
#include "Common.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>

TENSOR_OP(multinomial, (TensorArg self, int64_t num_samples, Flag replacement, at::Generator* generator), at::multinomial(self, num_samples, replacement, maybe(generator)))
TENSOR_OP(bernoulli, (TensorArg self, at::Generator* generator), at::bernoulli(self, maybe(generator)))
INPLACE_OP(bernoulli_, (TensorArg self, double p, at::Generator* generator), self->bernoulli_(p, maybe(generator)))
INPLACE_OP(bernoulli_each_, (TensorArg self, TensorArg p, at::Generator* generator), self->bernoulli_(p, maybe(generator)))
INPLACE_OP(normal_, (TensorArg self, double mean, double std, at::Generator* generator), self->normal_(mean, std, maybe(generator)))
INPLACE_OP(log_normal_, (TensorArg self, double mean, double std, at::Generator* generator), self->log_normal_(mean, std, maybe(generator)))
INPLACE_OP(uniform_, (TensorArg self, double from, double to, at::Generator* generator), self->uniform_(from, to, maybe(generator)))
INPLACE_OP(exponential_, (TensorArg self, double lambda, at::Generator* generator), self->exponential_(lambda, maybe(generator)))
INPLACE_OP(random_, (TensorArg self, double from, double to, at::Generator* generator), self->random_(static_cast<int64_t>(from), static_cast<int64_t>(to), maybe(generator)))
TENSOR_OP(normal, (TensorArg mean, TensorArg std, at::Generator* generator), at::normal(mean, std, maybe(generator)))
TENSOR_OP(poisson, (TensorArg self, at::Generator* generator), at::poisson(self, maybe(generator)))
INPLACE_OP(fill_, (TensorArg self, Number value), self->fill_(value))
INPLACE_OP(zero_, (TensorArg self), self->zero_())

// Generators. A negative device type is the CPU's default one.
static at::Generator* keep(at::Generator generator) { return new at::Generator(std::move(generator)); }

template <class F> static at::Generator* guard_generator(F&& f) {
    try { return keep(f()); }
    catch (...) { remember_error(); return nullptr; }
}

EXPORT at::Generator* cm_generator_default(int32_t device, int32_t index) {
    return guard_generator([&] {
        return device <= 0 ? at::detail::getDefaultCPUGenerator()
                           : at::globalContext().defaultGenerator(at::Device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index)));
    });
}
EXPORT at::Generator* cm_generator_new(uint64_t seed, int32_t device, int32_t index) {
    return guard_generator([&] {
        if (device <= 0) return at::detail::createCPUGenerator(seed);
        auto generator = at::globalContext().defaultGenerator(at::Device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index))).clone();
        generator.set_current_seed(seed);
        return generator;
    });
}
EXPORT void cm_generator_release(at::Generator* generator) { delete generator; }

INPLACE_OP(generator_set_seed, (at::Generator* generator, uint64_t seed), {
    const std::lock_guard<std::mutex> lock(generator->mutex());
    generator->set_current_seed(seed);
})
INPLACE_OP(generator_seed, (at::Generator* generator, uint64_t* seed), {
    const std::lock_guard<std::mutex> lock(generator->mutex());
    *seed = generator->seed();
})
INPLACE_OP(generator_initial_seed, (at::Generator* generator, uint64_t* seed), *seed = generator->current_seed())
TENSOR_OP(generator_get_state, (at::Generator* generator), generator->get_state())
INPLACE_OP(generator_set_state, (at::Generator* generator, TensorArg state), generator->set_state(state))

// Every generator of the process, as torch.manual_seed has it.
INPLACE_OP(manual_seed, (uint64_t seed), at::manual_seed(seed))

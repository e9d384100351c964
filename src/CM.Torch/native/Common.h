// What every file of this library stands on: how tensors, numbers and errors cross the C boundary.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>
#include <c10/core/TensorOptions.h>
#include <torch/version.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

// libtorch moved from its own optional to std::optional; this is whichever one these headers use.
template <class> struct OptionalOf;
template <template <class> class O, class T> struct OptionalOf<O<T>> {
    template <class U> using With = O<U>;
};
template <class U> using Optional = OptionalOf<decltype(std::declval<c10::TensorOptions>().device_opt())>::With<U>;

static_assert(sizeof(at::Tensor) == sizeof(void*), "a tensor is one counted pointer: what TensorArg rests on");

// A tensor on its way in: the caller's counted pointer, borrowed for the call. Null stands for "no tensor".
struct TensorArg {
    c10::TensorImpl* impl;

    at::Tensor& get() const {
        static at::Tensor none;
        return impl ? reinterpret_cast<at::Tensor&>(const_cast<c10::TensorImpl*&>(impl)) : none;
    }
    operator at::Tensor&() const { return get(); }
    at::Tensor* operator->() const { return &get(); }
};

// A tensor that may be left out.
struct OptionalTensorArg {
    TensorArg tensor;

    operator Optional<at::Tensor>() const { return tensor.impl ? Optional<at::Tensor>(tensor.get()) : Optional<at::Tensor>(); }
};

// A tensor on its way out: the caller owns one count and gives it back with cm_release.
using Handle = c10::TensorImpl*;

inline Handle give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

// A number of any kind, in two registers.
struct Number {
    int64_t bits;
    int32_t kind; // 0 float64, 1 int64, 2 bool, 3 none

    operator at::Scalar() const {
        double value;
        switch (kind) {
            case 0: memcpy(&value, &bits, sizeof value); return at::Scalar(value);
            case 1: return at::Scalar(bits);
            case 2: return at::Scalar(bits != 0);
            default: throw std::invalid_argument("a number is missing");
        }
    }
};

inline Number number(const at::Scalar& value) {
    Number result{0, 1};
    if (value.isBoolean()) return {value.toBool(), 2};
    if (value.isIntegral(false)) return {value.toLong(), 1};
    const double real = value.toDouble();
    memcpy(&result.bits, &real, sizeof real);
    result.kind = 0;
    return result;
}

// A truth value: C# and C agree on 32 bits, not on what a bool's upper bits hold.
struct Flag {
    int32_t value;

    operator bool() const { return value != 0; }
};

// What a new tensor is to be; a negative type or device means "the default", or that of the tensor it is made after.
struct Options {
    int32_t dtype, device, index;

    operator at::TensorOptions() const {
        at::TensorOptions options;
        if (dtype >= 0) options = options.dtype(static_cast<at::ScalarType>(dtype));
        if (device >= 0) options = options.device(static_cast<at::DeviceType>(device), static_cast<c10::DeviceIndex>(index));
        return options;
    }
};

inline Optional<at::ScalarType> optional_type(int32_t dtype) {
    return dtype < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(dtype));
}
inline Optional<at::Scalar> maybe(Number value) { return value.kind == 3 ? Optional<at::Scalar>() : Optional<at::Scalar>(at::Scalar(value)); }
inline Optional<int64_t> maybe(bool has, int64_t value) { return has ? Optional<int64_t>(value) : Optional<int64_t>(); }
inline Optional<double> maybe(bool has, double value) { return has ? Optional<double>(value) : Optional<double>(); }
inline Optional<at::Generator> maybe(at::Generator* generator) { return generator ? Optional<at::Generator>(*generator) : Optional<at::Generator>(); }

// Whether all samples have the same memory.
inline bool shared(const at::Tensor& batch) { return batch.size(0) > 1 && batch.stride(0) == 0; }

inline std::vector<at::Tensor> tensors(const TensorArg* list, int64_t count) {
    std::vector<at::Tensor> result;
    result.reserve(count);
    for (int64_t i = 0; i < count; ++i) result.push_back(list[i]);
    return result;
}

// Errors: remembered per thread until asked for; no exception leaves the library.
void remember_error() noexcept; // call inside a catch block

template <class F> Handle guard_tensor(F&& f) {
    try { return give(f()); }
    catch (...) { remember_error(); return nullptr; }
}
template <class F> int32_t guard_done(F&& f) {
    try { f(); return 0; }
    catch (...) { remember_error(); return 1; }
}
// Any number of tensors out: they wait in a list of this thread, of which the caller takes the handles.
std::vector<Handle>& results();
template <class F> int64_t guard_list(F&& f) {
    try {
        auto& list = results();
        list.clear();
        for (auto& tensor : f()) list.push_back(give(std::move(tensor)));
        return static_cast<int64_t>(list.size());
    }
    catch (...) { remember_error(); return -1; }
}
template <class F, class... Out> int32_t guard_tuple(F&& f, Out*... out) {
    ((*out = nullptr), ...);
    try {
        auto all = f();
        std::apply([&](auto&... tensor) { ((*out = give(std::move(tensor))), ...); }, all);
        return 0;
    }
    catch (...) { remember_error(); return 1; }
}

#define INTS(name) const int64_t *name, int64_t name##_count
#define LIST(name) at::IntArrayRef(name, static_cast<size_t>(name##_count))

// One line an operation: the C name without its cm_, the parameters, the expression.
#define TENSOR_OP(name, params, ...) EXPORT Handle cm_##name params { return guard_tensor([&]() -> at::Tensor { return __VA_ARGS__; }); }
#define INPLACE_OP(name, params, ...) EXPORT int32_t cm_##name params { return guard_done([&] { __VA_ARGS__; }); }
#define MANY_OP(name, params, ...) EXPORT int64_t cm_##name params { return guard_list([&] { return __VA_ARGS__; }); }
#define PAIR_OP(name, params, ...) EXPORT int32_t cm_##name params { return guard_tuple([&] { return __VA_ARGS__; }, first, second); }
#define TRIPLE_OP(name, params, ...) EXPORT int32_t cm_##name params { return guard_tuple([&] { return __VA_ARGS__; }, first, second, third); }

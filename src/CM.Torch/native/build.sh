#!/usr/bin/env bash
# Builds libcmtorch.so over the PyTorch or libtorch of this machine: with cmake where there is one, otherwise with g++ alone.
#
#   build.sh --find            prints the folder of the torch that would be taken, or nothing
#   build.sh OUTPUT [TORCH]    writes OUTPUT/libcmtorch.so, unless it is there already and of these sources and that torch
#
# The torch is that in CM_LIBTORCH, otherwise that of python3 (CM_PYTHON names another Python), otherwise the system's.
set -euo pipefail

sources=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { printf '%s\n' "$*" >&2; exit 2; }

find_torch() {
    if [ -n "${CM_LIBTORCH:-}" ]; then
        [ -d "$CM_LIBTORCH/include/ATen" ] || fail "CM_LIBTORCH=$CM_LIBTORCH holds no include/ATen; name the folder of Python's torch package, or of an unpacked libtorch"
        echo "$CM_LIBTORCH"
        return
    fi
    local python
    python=$("${CM_PYTHON:-python3}" -c 'import os, torch; print(os.path.dirname(torch.__file__))' 2>/dev/null || true)
    if [ -n "$python" ] && [ -d "$python/include/ATen" ] && compgen -G "$python/lib/libtorch_cpu.*" >/dev/null; then
        # Debian's is made of links to the system's.
        if [ "$(readlink -f "$python/include/ATen")" = /usr/include/ATen ]; then echo /usr; else echo "$python"; fi
    elif [ -d /usr/include/ATen ] || compgen -G '/usr/include/*/ATen' >/dev/null; then
        echo /usr
    fi
}

[ "${1:-}" = --find ] && { find_torch; exit; }
[ -n "${1:-}" ] || fail "usage: build.sh OUTPUT [TORCH]"
mkdir -p "$1"
output=$(cd "$1" && pwd)
torch=${2:-$(find_torch)}
[ -n "$torch" ] || fail "no libtorch was found: install PyTorch, or set CM_LIBTORCH to the folder of Python's torch package or of an unpacked libtorch (CM_PYTHON names another python3)"
command -v g++ >/dev/null || fail "g++ is missing: install it, or load the compiler module of this machine"

# CUDA's headers and NCCL's come as packages beside Python's torch or with CUDA's compiler, whose folder CUDA_HOME names. From CUDA 13 on they include others from
# a folder of their own, which g++ is not told of.
cuda=()
for folder in "$torch"/../nvidia/*/include "${CUDA_HOME:-/usr/local/cuda}"/include; do
    for place in "$folder" "$folder/cccl"; do
        [ -d "$place" ] && cuda+=("$(cd "$place" && pwd)")
    done
done

stamp=$(cat "$sources"/* <(echo "$torch" ${cuda[@]+"${cuda[@]}"}) | sha256sum)
if [ -f "$output/libcmtorch.so" ] && [ "$(cat "$output/stamp" 2>/dev/null)" = "$stamp" ]; then exit; fi

printf 'building the native part over %s\n' "$torch" >&2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

with_cmake() {
    cmake -S "$sources" -B "$work" -DCMAKE_BUILD_TYPE=Release -DTORCH_PREFIX="$torch" -DCM_OUTPUT="$output" -DCM_CXX_STANDARD="$1" -DCUDA_INCLUDES="$(IFS=';'; echo "${cuda[*]-}")" &&
        cmake --build "$work" --parallel "$(nproc)"
}

# What CMakeLists.txt does, as far as compiling on the machine that runs it goes.
with_compiler() {
    local libraries include abi=0 flags links library
    libraries=$(dirname "$(ls "$torch"/lib/libtorch_cpu.so "$torch"/lib/*/libtorch_cpu.so 2>/dev/null | head -n 1)")
    include=$torch/include
    grep -aqE '_ZN3c10[A-Za-z0-9_]*__cxx11' "$libraries/libc10.so" && abi=1
    flags=(-std=c++"$1" -O2 -DNDEBUG -fopenmp -fPIC -fvisibility=hidden -fno-strict-aliasing -D_GLIBCXX_USE_CXX11_ABI=$abi -isystem "$include" -isystem "$include/torch/csrc/api/include")
    [ "$include" = /usr/include ] && flags=("${flags[@]:0:8}" -isystem "$include/torch/csrc/api/include")
    [ -f "$include/gloo/config.h" ] && flags+=(-DCM_GLOO=1)
    links=(-Wl,--no-as-needed -Wl,-rpath,"$libraries" -L"$libraries" -ltorch -ltorch_cpu -lc10)
    for library in torch_cuda torch_hip c10_cuda c10_hip; do
        [ -f "$libraries/lib$library.so" ] && links+=(-l"$library" -Wl,--allow-shlib-undefined)
    done
    if [ -f "$libraries/libtorch_cuda.so" ]; then
        for place in ${cuda[@]+"${cuda[@]}"}; do flags+=(-isystem "$place"); done
        if echo '#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>' | g++ "${flags[@]}" -DUSE_C10D_NCCL -fsyntax-only -x c++ -; then
            flags+=(-DCM_NCCL=1)
        fi
        if echo '#include <ATen/cuda/CUDAGraph.h>' | g++ "${flags[@]}" -fsyntax-only -x c++ -; then
            flags+=(-DCM_CUDA=1)
        fi
    fi
    if [ "$(uname -m)" = x86_64 ]; then
        kernels 16 kernels_avx512 -mavx512f -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512 && kernels 8 kernels_avx2 -mavx2 -mfma || return
    fi
    printf '%s\n' "$sources"/*.cpp | grep -v /Kernels.cpp | xargs -P "$(nproc)" -I{} sh -c 'file=$1; shift; exec g++ "$@" -c "$file" -o "$0/$(basename "$file").o"' "$work" {} "${flags[@]}" &&
        g++ -shared -o "$output/libcmtorch.so" "$work"/*.o "${links[@]}"
}

# The kernels for one kind of processor.
kernels() {
    local width=$1 kind=$2
    shift 2
    g++ -std=c++17 -O3 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math "$@" -DCM_KIND="$kind" -DCM_WIDTH="$width" -c "$sources/Kernels.cpp" -o "$work/$kind.o"
}

build() {
    rm -rf "${work:?}"/*
    if [ "$(printf '3.18\n%s\n' "$(cmake --version 2>/dev/null | head -n 1 | tr -dc '0-9.')" | sort -V | head -n 1)" = 3.18 ]; then
        with_cmake "$1"
    else
        with_compiler "$1"
    fi
}

# Headers of PyTorch 2 ask for C++17 or, later, C++20; those of 1.13 know nothing later than C++17.
log=$output/../native.log
if grep -hqs 'define TORCH_VERSION_MAJOR 1$' "$torch"/include/torch/csrc/api/include/torch/version.h; then standards=(17); else standards=(20 17); fi
built=
: >"$log"
for standard in "${standards[@]}"; do
    if build "$standard" >>"$log" 2>&1; then
        built=1
        break
    fi
done
[ -n "$built" ] ||
    fail "the native part does not build over $torch: $(grep -m 1 -iE 'error' "$log" || tail -n 1 "$log") (all of it in $(cd "$output/.." && pwd)/native.log)"
echo "$stamp" >"$output/stamp"

# What is left out where this torch has CUDA and its headers do not compile.
if compgen -G "$torch/lib/libtorch_cuda.so" >/dev/null || compgen -G "$torch/lib/*/libtorch_cuda.so" >/dev/null; then
    lacks() { grep -qa "$1" "$output/libcmtorch.so" || printf 'left out, since the headers of %s do not compile (%s/native.log): %s; set CUDA_HOME to the folder of CUDA, and build again\n' "$2" "$(cd "$output/.." && pwd)" "$3" >&2; }
    lacks CUDAGraph CUDA "recording of steps"
    lacks ProcessGroupNCCL NCCL "sums between devices over NCCL"
fi

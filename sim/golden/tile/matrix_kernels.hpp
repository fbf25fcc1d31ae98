#pragma once
// Inner loops over contiguous outputs, written for the compiler's vectoriser, in three copies for
// three instruction sets. A: accumulator; W: stored weight.

#include <cstddef>
#include <cstdint>

namespace nacre::golden {

/// sums[n] += x[0] * w[0][n] + ... + x[rows - 1] * w[rows - 1][n]; row k of w begins at
/// w + k * pitch.
template <class A, class W>
using MultiplyRows = void (*)(A* sums, const A* x, const W* w, std::size_t rows, std::size_t pitch,
                              std::size_t columns);

namespace matrix_kernels {

/// Four rows at a time: each sum is loaded and stored once for four products.
template <class A, class W>
[[gnu::always_inline]] inline void multiply_rows(A* __restrict sums, const A* __restrict x,
                                                 const W* __restrict w, std::size_t rows,
                                                 std::size_t pitch, std::size_t columns) {
  std::size_t k = 0;
  for (; k + 4 <= rows; k += 4) {
    const W* __restrict w0 = w + k * pitch;
    const W* __restrict w1 = w0 + pitch;
    const W* __restrict w2 = w1 + pitch;
    const W* __restrict w3 = w2 + pitch;
    const A x0 = x[k], x1 = x[k + 1], x2 = x[k + 2], x3 = x[k + 3];
    for (std::size_t n = 0; n < columns; ++n) {
      sums[n] += x0 * static_cast<A>(w0[n]) + x1 * static_cast<A>(w1[n]) +
                 x2 * static_cast<A>(w2[n]) + x3 * static_cast<A>(w3[n]);
    }
  }
  for (; k < rows; ++k) {
    const W* __restrict w0 = w + k * pitch;
    for (std::size_t n = 0; n < columns; ++n) sums[n] += x[k] * static_cast<A>(w0[n]);
  }
}

// One struct of a static function per instruction set; the body above is inlined into each.
#define NACRE_MATRIX_VARIANT(Name, ...)                                            \
  template <class A, class W>                                                      \
  struct Name {                                                                    \
    __VA_ARGS__ static void run(A* sums, const A* x, const W* w, std::size_t rows, \
                                std::size_t pitch, std::size_t columns) {          \
      multiply_rows(sums, x, w, rows, pitch, columns);                             \
    }                                                                              \
  };

NACRE_MATRIX_VARIANT(Baseline, )
#if defined(__x86_64__) && defined(__GNUC__)
#define NACRE_MATRIX_X86 1
NACRE_MATRIX_VARIANT(Avx2, [[gnu::target("avx2")]])
NACRE_MATRIX_VARIANT(Avx512,
                     [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]])
#endif
#undef NACRE_MATRIX_VARIANT

}  // namespace matrix_kernels

/// The loops for the machine this runs on.
template <class A, class W>
MultiplyRows<A, W> multiply_rows() {
#ifdef NACRE_MATRIX_X86
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return matrix_kernels::Avx512<A, W>::run;
  }
  if (__builtin_cpu_supports("avx2")) return matrix_kernels::Avx2<A, W>::run;
#endif
  return matrix_kernels::Baseline<A, W>::run;
}

/// The same, without any instruction set beyond the compiler's default: for tests.
template <class A, class W>
MultiplyRows<A, W> baseline_multiply_rows() {
  return matrix_kernels::Baseline<A, W>::run;
}

}  // namespace nacre::golden

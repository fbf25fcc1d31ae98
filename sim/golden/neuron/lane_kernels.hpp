#pragma once
// Inner loops over contiguous neurons, written for the compiler's vectoriser, in three copies for
// three instruction sets. T: lane of membrane and refractory counter; W: stored weight.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "spec/neuron.hpp"

namespace nacre::golden {

/// Limits of the lanes' arithmetic, all of which fit T (the caller checks).
template <class T>
struct LaneBounds {
  T clamp_min;
  T clamp_max;
  T fire_above;  ///< fires positive when v > fire_above
  T fire_below;  ///< fires negative when v < fire_below
};

/// rows x columns runs of `lanes` neurons each, and how far one run lies from the next: in the
/// neurons, and in the weights that go with them.
struct LaneBlock {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t lanes = 0;
  std::ptrdiff_t neuron_row = 0;
  std::ptrdiff_t neuron_column = 0;
  std::ptrdiff_t weight_row = 0;
  std::ptrdiff_t weight_column = 0;
};

/// The loops of one instruction set. `held`: lanes with r > 0 ignore the operation.
template <class T, class W>
struct LaneKernels {
  void (*integrate)(T* v, const T* r, const W* w, std::size_t n, LaneBounds<T> bounds,
                    bool negative, bool held);
  /// The same for all runs of a block; `v`, `r`, `w` point at the first one.
  void (*integrate_block)(T* v, const T* r, const W* w, const LaneBlock& block,
                          LaneBounds<T> bounds, bool negative, bool held);
  void (*add_bias)(T* v, const T* r, const T* bias, std::size_t n, LaneBounds<T> bounds, bool held);
  /// v + w or v - w where no lane can reach a bound (the caller knows) and none is held.
  void (*accumulate)(T* v, const W* w, std::size_t n, bool negative);
  /// Largest |v|.
  std::int64_t (*magnitude)(const T* v, std::size_t n);
  bool (*any_fires)(const T* v, const T* r, std::size_t n, LaneBounds<T> bounds);
  bool (*any_fires_block)(const T* v, const T* r, const LaneBlock& block, LaneBounds<T> bounds);
  void (*leak)(T* v, const T* r, std::size_t n, const NeuronSpec& spec, bool held);
  bool (*count_down)(T* r, std::size_t n);  ///< r := max(r - 1, 0); whether some r > 0 is left
};

namespace lanes {

#define NACRE_INLINE [[gnu::always_inline]] inline

/// clamp(v + w) without a wider lane: v is clamped to where the sum cannot leave the bounds. Needs
/// |w| <= clamp_max - clamp_min, so that low <= high.
template <class T>
NACRE_INLINE T add_clamped(T v, T w, LaneBounds<T> b) {
  const T low = static_cast<T>(b.clamp_min - std::min<T>(w, 0));
  const T high = static_cast<T>(b.clamp_max - std::max<T>(w, 0));
  return static_cast<T>(std::min<T>(std::max<T>(v, low), high) + w);
}

/// clamp(v - w), likewise.
template <class T>
NACRE_INLINE T subtract_clamped(T v, T w, LaneBounds<T> b) {
  const T low = static_cast<T>(b.clamp_min + std::max<T>(w, 0));
  const T high = static_cast<T>(b.clamp_max + std::min<T>(w, 0));
  return static_cast<T>(std::min<T>(std::max<T>(v, low), high) - w);
}

template <bool Negative, bool Held, class T, class W>
NACRE_INLINE void integrate_loop(T* __restrict v, const T* __restrict r, const W* __restrict w,
                                 std::size_t n, LaneBounds<T> bounds) {
  for (std::size_t i = 0; i < n; ++i) {
    const T weight = static_cast<T>(w[i]);
    const T next =
        Negative ? subtract_clamped(v[i], weight, bounds) : add_clamped(v[i], weight, bounds);
    if constexpr (Held) {
      v[i] = r[i] > 0 ? v[i] : next;
    } else {
      v[i] = next;
    }
  }
}

template <class T, class W>
NACRE_INLINE void integrate(T* v, const T* r, const W* w, std::size_t n, LaneBounds<T> bounds,
                            bool negative, bool held) {
  if (negative) {
    held ? integrate_loop<true, true>(v, r, w, n, bounds)
         : integrate_loop<true, false>(v, r, w, n, bounds);
  } else {
    held ? integrate_loop<false, true>(v, r, w, n, bounds)
         : integrate_loop<false, false>(v, r, w, n, bounds);
  }
}

template <bool Negative, bool Held, class T, class W>
NACRE_INLINE void block_loop(T* v, const T* r, const W* w, const LaneBlock& block,
                             LaneBounds<T> bounds) {
  for (std::size_t row = 0; row < block.rows; ++row) {
    T* row_v = v;
    const T* row_r = r;
    const W* row_w = w;
    for (std::size_t column = 0; column < block.columns; ++column) {
      integrate_loop<Negative, Held>(row_v, row_r, row_w, block.lanes, bounds);
      row_v += block.neuron_column;
      row_r += block.neuron_column;
      row_w += block.weight_column;
    }
    v += block.neuron_row;
    r += block.neuron_row;
    w += block.weight_row;
  }
}

template <class T, class W>
NACRE_INLINE void integrate_block(T* v, const T* r, const W* w, const LaneBlock& block,
                                  LaneBounds<T> bounds, bool negative, bool held) {
  if (negative) {
    held ? block_loop<true, true>(v, r, w, block, bounds)
         : block_loop<true, false>(v, r, w, block, bounds);
  } else {
    held ? block_loop<false, true>(v, r, w, block, bounds)
         : block_loop<false, false>(v, r, w, block, bounds);
  }
}

template <class T, class W>
NACRE_INLINE void accumulate(T* __restrict v, const W* __restrict w, std::size_t n, bool negative) {
  if (negative) {
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(v[i] - static_cast<T>(w[i]));
  } else {
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(v[i] + static_cast<T>(w[i]));
  }
}

template <class T>
NACRE_INLINE std::int64_t magnitude(const T* __restrict v, std::size_t n) {
  T low = 0;
  T high = 0;
  for (std::size_t i = 0; i < n; ++i) {
    low = std::min(low, v[i]);
    high = std::max(high, v[i]);
  }
  return std::max(-static_cast<std::int64_t>(low), static_cast<std::int64_t>(high));
}

template <class T>
NACRE_INLINE bool any_fires(const T* __restrict v, const T* __restrict r, std::size_t n,
                            LaneBounds<T> bounds) {
  T any = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const T outside = static_cast<T>((v[i] > bounds.fire_above) | (v[i] < bounds.fire_below));
    any = static_cast<T>(any | (outside & static_cast<T>(r[i] == 0)));
  }
  return any != 0;
}

template <class T>
NACRE_INLINE bool any_fires_block(const T* v, const T* r, const LaneBlock& block,
                                  LaneBounds<T> bounds) {
  bool any = false;
  for (std::size_t row = 0; row < block.rows; ++row) {
    for (std::size_t column = 0; column < block.columns; ++column) {
      const std::ptrdiff_t run = static_cast<std::ptrdiff_t>(row) * block.neuron_row +
                                 static_cast<std::ptrdiff_t>(column) * block.neuron_column;
      any |= any_fires(v + run, r + run, block.lanes, bounds);
    }
  }
  return any;
}

/// A lane that holds v * leak_factor (17 bits more than v at most, and the sign once).
template <class T>
using Product = std::conditional_t<std::is_same_v<T, std::int16_t>, std::int32_t, std::int64_t>;

/// round(x / 2^shift), shift >= 1, with no intermediate above |x|.
template <Rounding Mode, class X>
NACRE_INLINE X round_lane(X x, int shift) {
  if constexpr (Mode == Rounding::Floor) {
    return static_cast<X>(x >> shift);
  } else if constexpr (Mode == Rounding::TowardZero) {
    const X fraction = static_cast<X>(~static_cast<X>(X{-1} << shift));  // 2^shift - 1
    return static_cast<X>((x + (x < 0 ? fraction : X{0})) >> shift);
  } else {
    return static_cast<X>((x >> shift) + ((x >> (shift - 1)) & 1));
  }
}

template <Leak Kind, Rounding Mode, bool Held, class T>
NACRE_INLINE void leak_loop(T* __restrict v, const T* __restrict r, std::size_t n,
                            const NeuronSpec& spec) {
  const int shift = Kind == Leak::Shift ? spec.leak_shift : spec.leak_fraction_bits;
  const auto factor = static_cast<Product<T>>(spec.leak_factor);
  for (std::size_t i = 0; i < n; ++i) {
    T next;
    if constexpr (Kind == Leak::Shift) {
      next = static_cast<T>(v[i] - round_lane<Mode, T>(v[i], shift));
    } else {
      next = static_cast<T>(
          round_lane<Mode, Product<T>>(static_cast<Product<T>>(v[i] * factor), shift));
    }
    if constexpr (Held) {
      v[i] = r[i] > 0 ? v[i] : next;
    } else {
      v[i] = next;
    }
  }
}

template <Leak Kind, Rounding Mode, class T>
NACRE_INLINE void leak_held(T* v, const T* r, std::size_t n, const NeuronSpec& spec, bool held) {
  held ? leak_loop<Kind, Mode, true>(v, r, n, spec) : leak_loop<Kind, Mode, false>(v, r, n, spec);
}

template <Leak Kind, class T>
NACRE_INLINE void leak_rounded(T* v, const T* r, std::size_t n, const NeuronSpec& spec, bool held) {
  switch (spec.leak_rounding) {
    case Rounding::Floor:
      return leak_held<Kind, Rounding::Floor>(v, r, n, spec, held);
    case Rounding::TowardZero:
      return leak_held<Kind, Rounding::TowardZero>(v, r, n, spec, held);
    case Rounding::HalfUp:
      return leak_held<Kind, Rounding::HalfUp>(v, r, n, spec, held);
  }
}

template <class T>
NACRE_INLINE void leak(T* v, const T* r, std::size_t n, const NeuronSpec& spec, bool held) {
  switch (spec.leak) {
    case Leak::None:
      return;
    case Leak::Shift:
      return leak_rounded<Leak::Shift>(v, r, n, spec, held);
    case Leak::Multiply:
      return leak_rounded<Leak::Multiply>(v, r, n, spec, held);
  }
}

template <class T>
NACRE_INLINE bool count_down(T* __restrict r, std::size_t n) {
  T left = 0;
  for (std::size_t i = 0; i < n; ++i) {
    r[i] = static_cast<T>(r[i] - static_cast<T>(r[i] > 0));
    left = static_cast<T>(left | r[i]);
  }
  return left != 0;
}

#undef NACRE_INLINE

// One struct of static functions per instruction set; the bodies above are inlined into each.
#define NACRE_LANE_VARIANT(Name, ...)                                                         \
  template <class T, class W>                                                                 \
  struct Name {                                                                               \
    __VA_ARGS__ static void integrate_w(T* v, const T* r, const W* w, std::size_t n,          \
                                        LaneBounds<T> bounds, bool negative, bool held) {     \
      integrate(v, r, w, n, bounds, negative, held);                                          \
    }                                                                                         \
    __VA_ARGS__ static void integrate_block_w(T* v, const T* r, const W* w,                   \
                                              const LaneBlock& block, LaneBounds<T> bounds,   \
                                              bool negative, bool held) {                     \
      integrate_block(v, r, w, block, bounds, negative, held);                                \
    }                                                                                         \
    __VA_ARGS__ static void add_bias_t(T* v, const T* r, const T* bias, std::size_t n,        \
                                       LaneBounds<T> bounds, bool held) {                     \
      integrate(v, r, bias, n, bounds, false, held);                                          \
    }                                                                                         \
    __VA_ARGS__ static void accumulate_w(T* v, const W* w, std::size_t n, bool negative) {    \
      accumulate(v, w, n, negative);                                                          \
    }                                                                                         \
    __VA_ARGS__ static std::int64_t magnitude_t(const T* v, std::size_t n) {                  \
      return magnitude(v, n);                                                                 \
    }                                                                                         \
    __VA_ARGS__ static bool any_fires_t(const T* v, const T* r, std::size_t n,                \
                                        LaneBounds<T> bounds) {                               \
      return any_fires(v, r, n, bounds);                                                      \
    }                                                                                         \
    __VA_ARGS__ static bool any_fires_block_t(const T* v, const T* r, const LaneBlock& block, \
                                              LaneBounds<T> bounds) {                         \
      return any_fires_block(v, r, block, bounds);                                            \
    }                                                                                         \
    __VA_ARGS__ static void leak_t(T* v, const T* r, std::size_t n, const NeuronSpec& spec,   \
                                   bool held) {                                               \
      leak(v, r, n, spec, held);                                                              \
    }                                                                                         \
    __VA_ARGS__ static bool count_down_t(T* r, std::size_t n) { return count_down(r, n); }    \
    static constexpr LaneKernels<T, W> kernels{                                               \
        integrate_w, integrate_block_w, add_bias_t, accumulate_w, magnitude_t,                \
        any_fires_t, any_fires_block_t, leak_t,     count_down_t};                            \
  };

NACRE_LANE_VARIANT(Baseline, )
#if defined(__x86_64__) && defined(__GNUC__)
#define NACRE_LANES_X86 1
NACRE_LANE_VARIANT(Avx2, [[gnu::target("avx2")]])
NACRE_LANE_VARIANT(Avx512,
                   [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]])
#endif
#undef NACRE_LANE_VARIANT

}  // namespace lanes

/// The loops for the machine this runs on.
template <class T, class W>
LaneKernels<T, W> lane_kernels() {
#ifdef NACRE_LANES_X86
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return lanes::Avx512<T, W>::kernels;
  }
  if (__builtin_cpu_supports("avx2")) return lanes::Avx2<T, W>::kernels;
#endif
  return lanes::Baseline<T, W>::kernels;
}

/// The same, without any instruction set beyond the compiler's default: for tests.
template <class T, class W>
LaneKernels<T, W> baseline_lane_kernels() {
  return lanes::Baseline<T, W>::kernels;
}

}  // namespace nacre::golden

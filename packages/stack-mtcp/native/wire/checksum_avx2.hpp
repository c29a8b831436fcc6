#pragma once
// The sum of large payloads, 32 bytes at a time, on processors that can: decided once, at start, so that the addon runs
// on any x86-64.

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mcc::wire::detail {

#if defined(__x86_64__)

inline const bool has_avx2 = [] {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0;
}();

// Sums `blocks` times 32 bytes as 32-bit words, none of which can overflow its 64 bits; with kCopy also writes them.
template <bool kCopy>
[[gnu::target("avx2")]] inline std::uint64_t sum_avx2(std::byte* to, const std::byte* from,
                                                      std::size_t blocks) noexcept {
  const __m256i low_words = _mm256_set1_epi64x(0xffffffff);
  __m256i even = _mm256_setzero_si256();
  __m256i odd = _mm256_setzero_si256();
  for (std::size_t i = 0; i < blocks; ++i) {
    const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from) + i);
    if constexpr (kCopy) _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + i, words);
    even = _mm256_add_epi64(even, _mm256_and_si256(words, low_words));
    odd = _mm256_add_epi64(odd, _mm256_srli_epi64(words, 32));
  }
  const __m256i both = _mm256_add_epi64(even, odd);
  const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
  return static_cast<std::uint64_t>(_mm_extract_epi64(half, 0)) +
         static_cast<std::uint64_t>(_mm_extract_epi64(half, 1));
}

#else

inline constexpr bool has_avx2 = false;

template <bool kCopy>
std::uint64_t sum_avx2(std::byte*, const std::byte*, std::size_t) noexcept {
  return 0;
}

#endif

}  // namespace mcc::wire::detail

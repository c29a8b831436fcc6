#pragma once
// Big-endian numbers at any alignment. Bounds are the caller's business: every parse checks the length once, up front.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mcc::wire {

inline std::uint16_t load16(const std::byte* at) noexcept {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap16(value);
}

inline std::uint32_t load32(const std::byte* at) noexcept {
  std::uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

inline std::uint8_t load8(const std::byte* at) noexcept { return std::to_integer<std::uint8_t>(*at); }

inline void store8(std::byte* at, std::uint8_t value) noexcept { *at = std::byte{value}; }

inline void store16(std::byte* at, std::uint16_t value) noexcept {
  value = __builtin_bswap16(value);
  std::memcpy(at, &value, sizeof value);
}

inline void store32(std::byte* at, std::uint32_t value) noexcept {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, sizeof value);
}

// Eight bytes in the order of memory, as the checksum takes them.
inline void store_word(std::byte* at, std::uint64_t word) noexcept { std::memcpy(at, &word, sizeof word); }

static_assert(std::endian::native == std::endian::little, "the byte swaps above assume a little-endian machine");

}  // namespace mcc::wire

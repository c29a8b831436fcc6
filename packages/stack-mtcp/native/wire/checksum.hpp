#pragma once
// The Internet checksum (RFC 1071): a one's complement sum of 16-bit words.
//
// Sums are kept unfolded in 64 bits, in memory order: one's complement addition does not care about byte order as long
// as everything is read the same way (RFC 1071 section 2(B)), so only the finished checksum is ever stored, never
// swapped.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "wire/checksum_avx2.hpp"
#include "wire/segment.hpp"

namespace mcc::wire {

// Unfolded one's complement sum. Add sums freely: 2^32 of them fit before one could overflow.
using Sum = std::uint64_t;

namespace detail {

inline Sum add_tail(const std::byte* at, std::size_t length, Sum sum) noexcept {
  if (length >= 4) {
    std::uint32_t word;
    std::memcpy(&word, at, 4);
    sum += word;
    at += 4;
    length -= 4;
  }
  if (length >= 2) {
    std::uint16_t word;
    std::memcpy(&word, at, 2);
    sum += word;
    at += 2;
    length -= 2;
  }
  if (length == 1) sum += std::to_integer<std::uint8_t>(*at);  // an odd last byte is padded with zero
  return sum;
}

}  // namespace detail

// A word of 8 bytes costs an addition and one of its carry, which is what 128 bits compile to: cheaper than taking the
// word apart.
__extension__ using WideSum = unsigned __int128;

// 2^64 is 1 modulo 2^16 - 1, so that the carries count like units.
inline Sum narrow(WideSum sum) noexcept {
  const auto low = static_cast<std::uint64_t>(sum);
  return (low & 0xffffffffu) + (low >> 32) + static_cast<std::uint64_t>(sum >> 64);
}

inline std::uint64_t word_at(const std::byte* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// From here on the wide registers pay for the call.
inline constexpr std::size_t kLarge = 256;

// Sum of bytes that start at an even offset of the checksummed data. What is left over after whole words is the end of
// the last eight bytes, with those that have been summed already shifted out.
inline Sum checksum_add(Bytes bytes, Sum sum = 0) noexcept {
  const std::byte* at = bytes.data();
  const std::size_t length = bytes.size();
  if (length < 8) return detail::add_tail(at, length, sum);
  WideSum wide = sum;
  std::size_t i = 0;
  if (length >= kLarge && detail::has_avx2) {
    wide += detail::sum_avx2<false>(nullptr, at, length / 32);
    i = length / 32 * 32;
  }
  for (; i + 32 <= length; i += 32) {
    wide += word_at(at + i);
    wide += word_at(at + i + 8);
    wide += word_at(at + i + 16);
    wide += word_at(at + i + 24);
  }
  for (; i + 8 <= length; i += 8) wide += word_at(at + i);
  if (i < length) wide += word_at(at + length - 8) >> (8 * (8 - (length - i)));
  return narrow(wide);
}

// Copies and sums in one pass over the data, which do not overlap.
inline Sum checksum_copy(std::byte* to, Bytes from, Sum sum = 0) noexcept {
  const std::byte* at = from.data();
  const std::size_t length = from.size();
  if (length < 8) {
    if (length > 0) std::memcpy(to, at, length);  // an empty span has no address
    return detail::add_tail(at, length, sum);
  }
  WideSum wide = sum;
  const auto copy_word = [&](std::size_t offset) {
    const std::uint64_t word = word_at(at + offset);
    std::memcpy(to + offset, &word, sizeof word);
    return word;
  };
  std::size_t i = 0;
  if (length >= kLarge && detail::has_avx2) {
    wide += detail::sum_avx2<true>(to, at, length / 32);
    i = length / 32 * 32;
  }
  for (; i + 32 <= length; i += 32) {
    wide += copy_word(i);
    wide += copy_word(i + 8);
    wide += copy_word(i + 16);
    wide += copy_word(i + 24);
  }
  for (; i + 8 <= length; i += 8) wide += copy_word(i);
  if (i < length) wide += copy_word(length - 8) >> (8 * (8 - (length - i)));
  return narrow(wide);
}

// Folds to 16 bits, still in memory order.
inline std::uint16_t checksum_fold(Sum sum) noexcept {
  sum = (sum & 0xffffffffu) + (sum >> 32);
  const std::uint32_t half = static_cast<std::uint32_t>(sum) + static_cast<std::uint32_t>(sum >> 32);
  // Both halves swapped and added: the carry of the lower sum ends up in the upper one, where it belongs.
  return static_cast<std::uint16_t>((half + std::rotl(half, 16)) >> 16);
}

// The checksum to store (with a 16-bit memcpy, unswapped).
inline std::uint16_t checksum_finish(Sum sum) noexcept { return static_cast<std::uint16_t>(~checksum_fold(sum)); }

// True when data that includes its own checksum sums to all ones.
inline bool checksum_holds(Sum sum) noexcept { return checksum_fold(sum) == 0xffff; }

// What is built in registers is summed there: reading back a header just written, in words larger than they were
// written in, stalls until the stores have left the core.
inline Sum checksum_of_word(std::uint64_t word) noexcept { return (word & 0xffffffffu) + (word >> 32); }

// A number that goes onto the wire in network order, as a summand.
inline Sum checksum_of(std::uint32_t number) noexcept { return __builtin_bswap32(number); }

// The pseudo-header of RFC 9293 section 3.1 for IPv4; `length` is that of the TCP header and payload.
inline Sum pseudo_header_sum(Address source, Address destination, std::uint8_t protocol,
                             std::uint16_t length) noexcept {
  return checksum_of(source) + checksum_of(destination) +
         __builtin_bswap32((static_cast<std::uint32_t>(protocol) << 16) | length);
}

inline void store_checksum(std::byte* at, std::uint16_t checksum) noexcept {
  std::memcpy(at, &checksum, sizeof checksum);
}

}  // namespace mcc::wire

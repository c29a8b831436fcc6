#pragma once
// The Internet checksum (RFC 1071): a one's complement sum of 16-bit words.
//
// Sums are kept unfolded in 64 bits, in memory order: one's complement addition does not care about byte order as long
// as everything is read the same way (RFC 1071 section 2(B)), so only the finished checksum is ever stored, never
// swapped.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

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

// Sum of bytes that start at an even offset of the checksummed data.
inline Sum checksum_add(Bytes bytes, Sum sum = 0) noexcept {
  const std::byte* at = bytes.data();
  std::size_t length = bytes.size();
  // 32-bit words into 64-bit accumulators cannot overflow; two of them let the compiler vectorise.
  Sum even = 0;
  Sum odd = 0;
  for (; length >= 8; at += 8, length -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    even += word & 0xffffffffu;
    odd += word >> 32;
  }
  return detail::add_tail(at, length, sum + even + odd);
}

// Copies and sums in one pass over the data.
inline Sum checksum_copy(std::byte* to, Bytes from, Sum sum = 0) noexcept {
  const std::byte* at = from.data();
  std::size_t length = from.size();
  Sum even = 0;
  Sum odd = 0;
  for (; length >= 8; at += 8, to += 8, length -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    std::memcpy(to, &word, 8);
    even += word & 0xffffffffu;
    odd += word >> 32;
  }
  if (length > 0) std::memcpy(to, at, length);  // an empty span has no address
  return detail::add_tail(at, length, sum + even + odd);
}

// Folds to 16 bits, still in memory order.
inline std::uint16_t checksum_fold(Sum sum) noexcept {
  sum = (sum & 0xffffffffu) + (sum >> 32);
  sum = (sum & 0xffffffffu) + (sum >> 32);
  sum = (sum & 0xffffu) + (sum >> 16);
  sum = (sum & 0xffffu) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

// The checksum to store (with a 16-bit memcpy, unswapped).
inline std::uint16_t checksum_finish(Sum sum) noexcept { return static_cast<std::uint16_t>(~checksum_fold(sum)); }

// True when data that includes its own checksum sums to all ones.
inline bool checksum_holds(Sum sum) noexcept { return checksum_fold(sum) == 0xffff; }

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

#pragma once
// RFC 1071 section 4.1, word by word in network order: the definition that the quick sums are compared with.

#include <cstdint>

#include "wire/segment.hpp"

namespace mcc::testing {

// The checksum to store, in network order.
inline std::uint16_t plain_checksum(wire::Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const auto high = std::to_integer<std::uint32_t>(bytes[i]);
    const auto low = i + 1 < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + 1]) : 0u;
    sum += (high << 8) | low;
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace mcc::testing

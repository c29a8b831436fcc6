#pragma once
// The name of a connection, seen from here, and hashes of it that strangers cannot aim.

#include <array>
#include <cstdint>

#include "wire/segment.hpp"

namespace mcc::flow {

using HashKey = std::array<std::uint64_t, 2>;

struct FourTuple {
  wire::Address local;
  wire::Address remote;
  std::uint16_t local_port;
  std::uint16_t remote_port;
  friend bool operator==(const FourTuple&, const FourTuple&) = default;
};

// The connection that a received segment belongs to.
inline FourTuple flow_of(const wire::Segment& segment) noexcept {
  return {segment.destination, segment.source, segment.destination_port, segment.source_port};
}

// For tables: the two halves of the name, each keyed, folded into each other by one wide product.
inline std::uint32_t table_hash(const FourTuple& flow, const HashKey& key) noexcept {
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t addresses = (std::uint64_t{flow.local} << 32 | flow.remote) ^ key[0];
  const std::uint64_t ports = (std::uint64_t{flow.local_port} << 16 | flow.remote_port) ^ key[1];
  const Wide product = static_cast<Wide>(addresses) * (ports | 1);
  const std::uint64_t folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  return static_cast<std::uint32_t>(folded ^ folded >> 32);
}

}  // namespace mcc::flow

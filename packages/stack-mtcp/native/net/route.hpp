#pragma once
// Which neighbour a packet goes to first.

#include <cstdint>
#include <optional>

#include "wire/segment.hpp"

namespace mcc::net {

using wire::Address;

struct Subnet {
  Address network = 0;
  std::uint8_t prefix = 0;  // 0 to 32

  bool contains(Address address) const noexcept {
    const Address mask = prefix == 0 ? 0 : ~Address{0} << (32 - prefix);
    return ((address ^ network) & mask) == 0;
  }
};

// One link with at most one gateway. Without subnet and gateway, everything is on the link.
struct Routes {
  std::optional<Subnet> subnet;
  std::optional<Address> gateway;

  // 0 when the destination is off the link and there is no gateway. (No optional: asked for each packet, and one that
  // is copied in pieces stalls the core that reads it back whole.)
  Address next_hop(Address destination) const noexcept {
    if (subnet ? subnet->contains(destination) : !gateway) return destination;
    return gateway ? *gateway : 0;
  }
};

}  // namespace mcc::net

#pragma once
// Finds the slots of connections that we opened: an array indexed by local address and port, reserved whole and touched
// only where ports are in use. It also picks the ports, going round so that each rests as long as it can before it is
// used again.

#include <algorithm>
#include <cstdint>
#include <optional>

#include "flow/accepted_table.hpp"
#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"
#include "net/address_pool.hpp"

namespace mcc::flow {

struct PortRange {
  std::uint16_t first = 1024;
  std::uint16_t last = 65535;
};

class OpenedTable {
 public:
  // More addresses than this are never opened from: they already have 4 thousand million ports.
  static constexpr std::uint64_t kAddressesMax = 65536;

  // `sources`: the addresses to open from. `client` false: nothing is ever opened.
  OpenedTable(const net::AddressPool& sources, PortRange ports, bool client)
      : sources_(sources),
        ports_(ports),
        width_(static_cast<std::uint32_t>(ports.last - ports.first) + 1),
        addresses_(client ? static_cast<std::uint32_t>(std::min(sources.size(), kAddressesMax)) : 0),
        index_(static_cast<std::size_t>(addresses_) * width_) {}

  // A hint: find will follow soon.
  void prefetch(wire::Address address, std::uint16_t port) noexcept {
    if (const auto at = position(address, port)) __builtin_prefetch(&index_[*at]);
  }

  struct Endpoint {
    wire::Address address;
    std::uint16_t port;
  };

  // The slot that speaks from this address and port, or kNoSlot.
  Slot find(wire::Address address, std::uint16_t port) noexcept {
    const auto at = position(address, port);
    return at ? index_[*at] - 1 : kNoSlot;
  }

  // Takes the next free endpoint for `slot`. `resting(endpoint)`: it must not be used yet. Nothing when there is none.
  template <class Resting>
  std::optional<Endpoint> take(Slot slot, Resting&& resting) noexcept {
    if (in_use_ == index_.size()) return std::nullopt;
    const std::size_t tries = std::min(index_.size(), kTriesMax);
    for (std::size_t i = 0; i < tries; ++i) {
      const std::size_t at = cursor_;
      cursor_ = at + 1 == index_.size() ? 0 : at + 1;
      if (index_[at] != 0) continue;
      const Endpoint endpoint{sources_.at(static_cast<std::uint32_t>(at / width_)),
                              static_cast<std::uint16_t>(ports_.first + at % width_)};
      if (resting(endpoint)) continue;
      index_[at] = slot + 1;
      ++in_use_;
      return endpoint;
    }
    return std::nullopt;
  }

  // It was taken.
  void give(wire::Address address, std::uint16_t port) noexcept {
    index_[*position(address, port)] = 0;
    --in_use_;
  }

  std::size_t in_use() const noexcept { return in_use_; }

 private:
  // A sweep over this many endpoints takes about a millisecond; the next take goes on where it ended.
  static constexpr std::size_t kTriesMax = std::size_t{1} << 17;

  std::optional<std::size_t> position(wire::Address address, std::uint16_t port) const noexcept {
    if (port < ports_.first || port > ports_.last || addresses_ == 0) return std::nullopt;
    const auto number = sources_.index_of(address);
    if (!number || *number >= addresses_) return std::nullopt;
    return static_cast<std::size_t>(*number) * width_ + (port - ports_.first);
  }

  net::AddressPool sources_;
  PortRange ports_;
  std::uint32_t width_;
  std::uint32_t addresses_;
  Reserved<std::uint32_t> index_;  // slot + 1; 0: free
  std::size_t cursor_ = 0;
  std::size_t in_use_ = 0;
};

}  // namespace mcc::flow

#pragma once
// Frames whose next hop has not answered ARP yet (RFC 1122 section 2.3.2.2), under one bound for all neighbours.

#include <cstddef>
#include <vector>

#include "wire/segment.hpp"

namespace mcc::net {

template <class Packet>
class WaitingPackets {
 public:
  struct Waiting {
    wire::Address next_hop;
    Packet packet;
    std::size_t length;
    bool offload;
  };

  explicit WaitingPackets(std::size_t capacity) { waiting_.reserve(capacity); }

  // False when the bound is reached: the caller keeps the packet.
  bool add(const Waiting& entry) noexcept {
    if (waiting_.size() == waiting_.capacity()) return false;
    waiting_.push_back(entry);
    return true;
  }

  // Takes out every packet for this next hop, in order.
  template <class Take>
  void take(wire::Address next_hop, Take&& take_one) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      if (waiting_[i].next_hop == next_hop) {
        take_one(waiting_[i]);
      } else {
        waiting_[kept++] = waiting_[i];
      }
    }
    waiting_.resize(kept);
  }

 private:
  std::vector<Waiting> waiting_;
};

}  // namespace mcc::net

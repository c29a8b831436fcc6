#pragma once
// What the network room counts; names as in the report's `stack` section.

#include <cstdint>

namespace mcc::net {

struct Counters {
  std::uint64_t not_ours = 0;   // frames for another MAC, VLAN or address
  std::uint64_t malformed = 0;  // truncated, not IPv4, wrong lengths
  std::uint64_t fragments = 0;  // refused
  std::uint64_t checksum_errors = 0;
  std::uint64_t unknown_protocol = 0;
  std::uint64_t arp_requests = 0;       // sent
  std::uint64_t arp_replies = 0;        // sent
  std::uint64_t arp_failed = 0;         // neighbours that did not answer
  std::uint64_t address_conflicts = 0;  // somebody else says that an address of ours is theirs
  std::uint64_t echo_replies = 0;       // sent
  std::uint64_t icmp_errors = 0;        // received, quoting a segment
  std::uint64_t neighbour_table_full = 0;
  std::uint64_t waiting_dropped = 0;  // packets that found the queue for unresolved neighbours full, or were given up
  std::uint64_t no_route = 0;
  std::uint64_t no_buffer = 0;  // packets not sent for want of a buffer
};

}  // namespace mcc::net

#pragma once
// ARP for IPv4 over Ethernet (RFC 826).

#include <optional>

#include "wire/ethernet.hpp"

namespace mcc::wire {

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

struct Arp {
  ArpOperation operation = ArpOperation::request;
  Mac sender_mac{};
  Address sender = 0;
  Mac target_mac{};  // zero in a request
  Address target = 0;
};

inline constexpr std::size_t kArpSize = 28;

// Nothing unless it is a request or reply for IPv4 over Ethernet.
inline std::optional<Arp> parse_arp(Bytes packet) noexcept {
  if (packet.size() < kArpSize) return std::nullopt;
  const std::byte* at = packet.data();
  const bool ipv4_over_ethernet =
      load16(at) == 1 && load16(at + 2) == kEtherIpv4 && load8(at + 4) == 6 && load8(at + 5) == 4;
  const std::uint16_t operation = load16(at + 6);
  if (!ipv4_over_ethernet || (operation != 1 && operation != 2)) return std::nullopt;
  Arp parsed;
  parsed.operation = static_cast<ArpOperation>(operation);
  std::memcpy(parsed.sender_mac.data(), at + 8, 6);
  parsed.sender = load32(at + 14);
  std::memcpy(parsed.target_mac.data(), at + 18, 6);
  parsed.target = load32(at + 24);
  return parsed;
}

// Writes kArpSize bytes.
inline void build_arp(std::byte* at, const Arp& arp) noexcept {
  store16(at, 1);
  store16(at + 2, kEtherIpv4);
  store8(at + 4, 6);
  store8(at + 5, 4);
  store16(at + 6, static_cast<std::uint16_t>(arp.operation));
  std::memcpy(at + 8, arp.sender_mac.data(), 6);
  store32(at + 14, arp.sender);
  std::memcpy(at + 18, arp.target_mac.data(), 6);
  store32(at + 24, arp.target);
}

}  // namespace mcc::wire

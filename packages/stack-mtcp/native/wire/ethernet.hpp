#pragma once
// Ethernet II frames, with at most one VLAN tag (IEEE 802.3, 802.1Q).

#include <array>
#include <cstring>

#include "wire/bytes.hpp"
#include "wire/segment.hpp"

namespace mcc::wire {

using Mac = std::array<std::uint8_t, 6>;
inline constexpr Mac kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

inline constexpr std::uint16_t kEtherIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherArp = 0x0806;
inline constexpr std::uint16_t kEtherVlan = 0x8100;

inline constexpr std::size_t kEthernetHeader = 14;
inline constexpr std::size_t kVlanTag = 4;

struct Ethernet {
  Mac destination{};
  Mac source{};
  std::uint16_t vlan = 0;  // 0: untagged, or tagged for priority alone
  std::uint16_t type = 0;
  std::size_t header = 0;  // bytes before the payload; 0: the frame is too short for them
};

inline std::size_t ethernet_header_size(std::uint16_t vlan) noexcept {
  return vlan == 0 ? kEthernetHeader : kEthernetHeader + kVlanTag;
}

inline Ethernet parse_ethernet(Bytes frame) noexcept {
  Ethernet parsed;
  if (frame.size() < kEthernetHeader) return parsed;
  std::memcpy(parsed.destination.data(), frame.data(), 6);
  std::memcpy(parsed.source.data(), frame.data() + 6, 6);
  parsed.type = load16(frame.data() + 12);
  if (parsed.type == kEtherVlan) {
    if (frame.size() < kEthernetHeader + kVlanTag) return parsed;
    parsed.vlan = load16(frame.data() + 14) & 0x0fff;
    parsed.type = load16(frame.data() + 16);
    parsed.header = kEthernetHeader + kVlanTag;
  } else {
    parsed.header = kEthernetHeader;
  }
  return parsed;
}

// Writes the header to the front of `frame` and returns its size. There must be room for ethernet_header_size(vlan).
inline std::size_t build_ethernet(std::byte* frame, const Mac& destination, const Mac& source, std::uint16_t vlan,
                                  std::uint16_t type) noexcept {
  std::memcpy(frame, destination.data(), 6);
  std::memcpy(frame + 6, source.data(), 6);
  if (vlan == 0) {
    store16(frame + 12, type);
    return kEthernetHeader;
  }
  store16(frame + 12, kEtherVlan);
  store16(frame + 14, vlan);
  store16(frame + 16, type);
  return kEthernetHeader + kVlanTag;
}

}  // namespace mcc::wire

#pragma once
// ICMP errors about our segments (RFC 9293 section 3.9.2.2, RFC 5927): believed only when they quote a sequence number
// that is in flight.

#include "tcp/timers.hpp"

namespace mcc::tcp {

namespace detail {

// RFC 1191 section 7: the next lower size that links have, for routers that do not tell.
inline std::uint16_t lower_plateau(std::uint16_t mtu) noexcept {
  for (const std::uint16_t plateau : std::to_array<std::uint16_t>({32000, 17914, 8166, 4352, 2002, 1492, 1006, 508})) {
    if (plateau < mtu) return plateau;
  }
  return 296;
}

// RFC 1191 section 6: smaller segments from now on, and what was too big is sent again without taking it for
// congestion.
template <class C>
void shrink_segments(C& core, Slot slot, std::uint16_t told) {
  ControlBlock& cb = core.block(slot);
  const std::uint32_t headers = kHeaders + (cb.has(ControlBlock::kTimestamps) ? kTimestampRoom : 0u);
  const auto present = static_cast<std::uint16_t>(cb.mss + headers);
  // 552 is as low as we believe a router: less would be an attack (RFC 5927 section 7.3).
  const std::uint16_t mtu = std::max<std::uint16_t>(told == 0 ? lower_plateau(present) : told, 552);
  if (mtu >= present) return;
  const std::uint32_t cwnd = cb.cwnd_bytes();
  cb.mss = static_cast<std::uint16_t>(mtu - headers);
  set_cwnd(cb, cwnd / cb.mss);
  SideRecord& side = core.need_side(slot);
  side.recovery = Recovery::timeout;
  side.recover = cb.snd_nxt;
  ++core.counters.path_mtu_retransmits;
  side.high_rxt = cb.snd_una + resend(core, slot, cb.snd_una, cb.snd_nxt);
  transmit(core, slot);
}

}  // namespace detail

template <class C>
void on_icmp_error(C& core, const net::IcmpError& error) {
  const auto& quoted = error.quoted;
  const Slot slot = core.find({quoted.source, quoted.destination, quoted.source_port, quoted.destination_port});
  if (slot == kNoSlot) return;
  ControlBlock& cb = core.block(slot);
  if (quoted.sequence - cb.snd_una >= cb.flight()) return;
  if (error.kind == net::IcmpError::Kind::fragmentation_needed) {
    if (cb.is_open()) detail::shrink_segments(core, slot, error.mtu);
  } else if (error.kind == net::IcmpError::Kind::unreachable && cb.state == State::syn_sent) {
    // Before the connection stands, there is nothing to lose in believing it (RFC 5461 section 4.1). Afterwards it may
    // pass (RFC 1122 section 4.2.3.9): retransmission decides.
    fail(core, slot, Error::unreachable);
  }
}

// The next hop does not answer ARP: connections that are only being opened through it fail now.
template <class C>
void on_neighbour_failed(C& core, wire::Address next_hop) {
  for (Slot slot = 0; slot < core.touched; ++slot) {
    const ControlBlock& cb = core.block(slot);
    if (cb.state == State::syn_sent && core.net.next_hop(cb.remote) == next_hop) fail(core, slot, Error::no_neighbour);
  }
}

}  // namespace mcc::tcp

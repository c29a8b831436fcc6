#pragma once
// Segments in SYN-SENT (RFC 9293 section 3.10.7.3).

#include "tcp/open.hpp"
#include "tcp/receive.hpp"

namespace mcc::tcp {

// True: the packet is kept.
template <class C, class H>
bool input_syn_sent(C& core, H& handler, Slot slot, const wire::Segment& segment, typename C::Packet packet) {
  ControlBlock& cb = core.block(slot);
  const bool acks = (segment.flags & wire::kAck) != 0;
  if (acks && segment.acknowledgment != cb.snd_nxt) {  // only our SYN can be acknowledged
    refuse(core, segment);
    return false;
  }
  if ((segment.flags & wire::kRst) != 0) {
    if (acks) {
      ++core.counters.resets_received;
      fail(core, slot, Error::connect_refused);
    }
    return false;
  }
  if ((segment.flags & wire::kSyn) == 0) return false;
  detail::take_syn(core, cb, segment);
  if (!acks) {
    // Both have opened at once (RFC 9293 section 3.5, figure 8). Text on it is left to be sent again.
    cb.state = State::syn_received;
    send_syn(core, slot);
    return false;
  }
  detail::establish(core, slot, segment);
  // Unless the user sends at once, which carries it.
  core.acknowledge_later(slot, true);
  if (!detail::announce(core, handler, slot)) return false;
  const bool kept = receive(core, handler, slot, segment, packet);
  if (cb.state != State::closed) transmit(core, slot);
  return kept;
}

}  // namespace mcc::tcp

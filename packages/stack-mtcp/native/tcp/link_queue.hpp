#pragma once
// While the port has no room, connections wait here, not packets: nothing that could still be held back is dropped on
// our own side, what waits costs no buffers, and everybody gets his turn in the order in which he came. It is what
// slows down opening, sending and closing to the speed of the link.

#include "tcp/core.hpp"

namespace mcc::tcp {

// Who has something to send must wait for his turn.
template <class C>
bool link_is_busy(C& core) noexcept {
  return core.net.port().congested() || (!core.in_turn && !core.waiting.empty());
}

// Its turn will come: take_turns() in timers.hpp looks what there is to be sent then.
template <class C>
void wait_for_link(C& core, Slot slot) noexcept {
  ControlBlock& cb = core.block(slot);
  if (cb.waits_for_link) return;
  cb.waits_for_link = true;
  core.waiting.push(slot);
}

}  // namespace mcc::tcp

#pragma once
// The timer of a connection (retransmission, tail-loss probe or persist, whatever its control block says is next) is in
// the engine's wheel. The links lie in an array of their own: a send that finds its timer armed touches none of them.

#include "mcc/timer_wheel.hpp"

namespace mcc::timer {

struct Links {
  std::uint32_t timer_next;
  std::uint32_t timer_prev;
};

using Wheel = BasicTimerWheel<Links>;

}  // namespace mcc::timer

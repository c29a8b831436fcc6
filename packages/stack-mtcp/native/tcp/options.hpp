#pragma once
// What can be set about TCP, once for a stack.

#include <cstdint>

#include "tcp/rto.hpp"

namespace mcc::tcp {

enum class Congestion : std::uint8_t { newreno, cubic };

struct KeepAlive {
  Nanos idle = 0;  // how long a connection must have been silent; 0: none is ever asked (RFC 9293 MUST-25)
  Nanos interval = 75'000'000'000;  // between the probes of one that does not answer
  std::uint8_t probes = 9;          // that must stay without an answer: more than one (MUST-29)
};

struct Options {
  // Receive window offered to every peer, in bytes. There is no receive buffer: it bounds what may arrive out of order
  // or while the user has paused.
  std::uint32_t window = 512 * 1024;
  Congestion congestion = Congestion::cubic;
  bool timestamps = true;
  bool sack = true;
  RtoBounds rto;
  Nanos delayed_ack = 40'000'000;
  // The longest that peers are taken to delay an acknowledgment for: 40 ms in Linux, and its clock's tick.
  Nanos peer_ack_delay = 50'000'000;
  Nanos time_wait = 60'000'000'000;
  // How long a connection that both the user and we have closed waits for the peer's FIN.
  Nanos fin_wait_2 = 10'000'000'000;
  std::uint8_t syn_retries = 6;  // 127 s in all: RFC 9293 section 3.8.3 wants at least 3 minutes of persistent hosts
  std::uint8_t retries = 10;     // R2: some 160 s with the smallest time-out, at least 100 s by RFC 9293 section 3.8.3
  KeepAlive keepalive;

  // Bounds.
  std::uint32_t half_open_max = 65536;    // connections in SYN-RECEIVED
  std::uint32_t remnants_max = 1u << 20;  // connections in TIME-WAIT, and as many in FIN-WAIT-2
  std::uint32_t held_packets_max = 4096;  // packets that wait for those before them, or for a paused user
  // Bytes in copies of what is not acknowledged yet, beside the first 128 of each connection (send_memory.hpp).
  std::size_t send_memory = std::size_t{64} << 20;
  std::uint32_t challenges_per_second = 1000;  // RFC 5961 section 7
  std::uint32_t resets_per_second = 10000;     // in answer to segments that belong to no connection
};

}  // namespace mcc::tcp

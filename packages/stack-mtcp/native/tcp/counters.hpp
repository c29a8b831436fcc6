#pragma once
// What TCP counts.

#include <cstdint>

namespace mcc::tcp {

struct Counters {
  std::uint64_t segments_received = 0;
  std::uint64_t segments_sent = 0;
  std::uint64_t opened = 0;    // connections that we established
  std::uint64_t accepted = 0;  // connections that peers established
  std::uint64_t fast_retransmits = 0;
  std::uint64_t timeout_retransmits = 0;
  std::uint64_t tail_probes = 0;
  std::uint64_t lost_retransmits = 0;   // retransmissions that were lost in turn, and noticed without a time-out
  std::uint64_t spurious_timeouts = 0;  // time-outs of what had arrived
  std::uint64_t syn_retransmits = 0;
  std::uint64_t path_mtu_retransmits = 0;
  std::uint64_t timeouts = 0;    // connections given up
  std::uint64_t recoveries = 0;  // fast recoveries entered
  std::uint64_t duplicate_acks = 0;
  std::uint64_t out_of_order = 0;         // segments held for those before them
  std::uint64_t duplicates = 0;           // segments that brought nothing new
  std::uint64_t duplicates_reported = 0;  // by peers: acknowledgments that tell of one (RFC 2883)
  std::uint64_t held_full = 0;            // segments dropped since too many were held
  std::uint64_t zero_windows = 0;         // times that a peer closed its window
  std::uint64_t window_probes = 0;        // sent
  std::uint64_t keepalive_probes = 0;     // sent
  std::uint64_t unacceptable = 0;         // segments outside the window
  std::uint64_t paws_drops = 0;           // RFC 7323 section 5
  std::uint64_t challenge_acks = 0;       // RFC 5961
  std::uint64_t challenges_withheld = 0;  // over their limit
  std::uint64_t resets_received = 0;      // that closed a connection
  std::uint64_t resets_sent = 0;          // of connections
  std::uint64_t refusals = 0;             // RST to segments that belong to no connection
  std::uint64_t refusals_withheld = 0;    // over their limit
  std::uint64_t syn_drops_half_open = 0;  // SYNs beyond half_open_max
  std::uint64_t syn_drops_no_slot = 0;    // SYNs beyond the stack's connections
  std::uint64_t time_wait_reused = 0;     // RFC 6191
  std::uint64_t remnants_evicted = 0;     // TIME-WAITs cut short for want of records
  std::uint64_t send_memory_full = 0;     // sends cut short for want of memory
  std::uint64_t ports_exhausted = 0;
};

}  // namespace mcc::tcp

#pragma once
// What TCP knows of one connection: one cache line. What only a connection in trouble needs lies in a side record
// (side_record.hpp), the links of the timer and of the flow table in arrays of their own, since they are touched
// rarely.

#include <cstdint>
#include <type_traits>

#include "tcp/sequence.hpp"
#include "tcp/ticks.hpp"
#include "wire/segment.hpp"

namespace mcc::tcp {

// RFC 9293 section 3.3.2. LISTEN has no control block; TIME-WAIT and a FIN-WAIT-2 whose user is gone are remnants
// (remnant.hpp).
enum class State : std::uint8_t {
  closed,
  syn_sent,
  syn_received,
  resetting,  // no state of TCP's: the user has given it up, and our RST waits for the link
  established,
  fin_wait_1,
  closing,
  close_wait,
  last_ack,
};

struct alignas(64) ControlBlock {
  enum Flag : std::uint8_t {
    kTimestamps = 1,  // negotiated (RFC 7323)
    kSack = 2,        // negotiated (RFC 2018)
    kAckPending = 4,  // in-order data arrived that no segment of ours acknowledges yet
    kAckSoon = 8,     // ... and at least two full segments of it, or it must not wait
    kFinQueued = 16,  // the user has closed: FIN follows the last byte
    kFinSent = 32,
    kTimed = 64,    // the flight began at timer_start, and nothing of it was retransmitted or acknowledged
    kPaused = 128,  // the user wants no data for now
  };

  static constexpr std::uint8_t kNoScale = 15;

  wire::Address remote;
  wire::Address local;
  std::uint16_t remote_port;
  std::uint16_t local_port;
  Sequence snd_una;
  Sequence snd_nxt;
  Sequence snd_end;  // end of the bytes that the user has handed over
  Sequence rcv_nxt;
  std::uint32_t ts_recent;
  const std::byte* data;   // the byte at snd_una, of the first piece of what is to be sent
  std::uint32_t side;      // side record; 0: none
  Ticks timer_start;       // when the flight, or the wait for window, last got news
  std::uint16_t snd_wnd;   // as announced, not scaled
  std::uint16_t mss;       // largest payload we send
  std::uint16_t cwnd;      // segments
  std::uint16_t ssthresh;  // segments
  std::uint16_t srtt;      // 32.768 us; 0: not measured
  std::uint16_t rttvar;
  State state : 4;
  bool waits_for_link : 1;  // in the queue of those that wait for room in the port (link_queue.hpp)
  bool silent : 1;          // nothing was heard since keep-alive last looked (keepalive.hpp)
  std::uint8_t flags;
  std::uint8_t snd_shift : 4;  // of the peer's window; kNoScale: neither side scales (RFC 7323 section 2)
  std::uint8_t dupacks : 3;    // saturates
  bool probed : 1;             // a tail-loss probe was sent, and nothing came of it yet
  std::uint8_t : 0;            // two bytes written apart and read together would stall the core
  std::uint8_t backoff : 5;    // retransmissions in a row
  bool opened_by_peer : 1;
  bool timer_armed : 1;  // in the wheel
  bool ack_queued : 1;   // in the queue of delayed acknowledgments, perhaps with nothing to acknowledge any more

  bool has_unsent() const noexcept { return before(snd_nxt, snd_end); }
  bool is_open() const noexcept { return state >= State::established; }
  // The user still takes data.
  bool user_reads() const noexcept { return state == State::established; }
  // Our FIN has been acknowledged.
  bool fin_acked() const noexcept { return has(kFinSent) && snd_una == snd_end + 1; }

  bool has(std::uint8_t flag) const noexcept { return (flags & flag) != 0; }
  void set(std::uint8_t flag) noexcept { flags = static_cast<std::uint8_t>(flags | flag); }
  void clear(std::uint8_t flag) noexcept { flags = static_cast<std::uint8_t>(flags & ~flag); }

  // Bytes that the peer's window lets us have in flight.
  std::uint32_t window() const noexcept { return std::uint32_t{snd_wnd} << (scales() ? snd_shift : 0); }
  bool scales() const noexcept { return snd_shift != kNoScale; }
  std::uint32_t flight() const noexcept { return snd_nxt - snd_una; }
  std::uint32_t cwnd_bytes() const noexcept { return std::uint32_t{cwnd} * mss; }
};
static_assert(sizeof(ControlBlock) == 64);
static_assert(std::is_trivially_copyable_v<ControlBlock>);

}  // namespace mcc::tcp

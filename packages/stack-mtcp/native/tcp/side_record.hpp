#pragma once
// What only a connection in trouble needs to remember: taken from a pool when the trouble begins, given back when the
// connection is idle and clean again.

#include <array>
#include <cstdint>
#include <type_traits>

#include "mcc/side_pool.hpp"
#include "mcc/stack.hpp"
#include "tcp/loss_state.hpp"
#include "tcp/scoreboard.hpp"
#include "tcp/sequence.hpp"
#include "tcp/ticks.hpp"

namespace mcc::tcp {

// Bytes to be sent that lie in one piece in memory: up to `end`, from where the piece before it ends, or from snd_una.
struct Piece {
  const std::byte* data;
  Sequence end;
};

enum class Recovery : std::uint8_t {
  none,
  sack,     // RFC 6675
  newreno,  // RFC 6582
  timeout,  // everything up to `recover` is taken for lost (RFC 5681 section 3.1, RFC 6298 section 5)
};

// A member of a list of side records.
struct SideLink {
  std::uint32_t prev;
  std::uint32_t next;
  bool linked;
};

struct SideRecord {
  static constexpr std::uint8_t kPieces = 16;

  Slot slot = 0;

  // The send queue, when it is not of one piece (send_queue.hpp).
  std::array<Piece, kPieces> pieces{};  // a ring
  std::uint8_t first_piece = 0;
  std::uint8_t piece_count = 0;
  bool wants_writable = false;  // the user was refused bytes
  SideLink starved{};           // ... for want of memory

  // Repairing loss (recovery.hpp).
  Recovery recovery = Recovery::none;
  bool rescued = false;           // RFC 6675's rescue retransmission was made
  bool partial = false;           // NewReno: a partial acknowledgment was seen
  std::uint8_t unanswered = 0;    // window probes in a row that got no answer
  bool window_probed = false;     // one byte beyond snd_nxt was sent
  bool waits_for_window = false;  // the persist timer runs
  Sequence recover = 0;           // recovery ends when this is acknowledged
  Sequence high_rxt = 0;          // retransmitted up to here
  Scoreboard sacked{};
  LossState loss{};

  // Congestion avoidance (newreno.hpp, cubic.hpp).
  std::uint32_t acked = 0;  // bytes since cwnd last grew
  bool in_epoch = false;
  Ticks epoch_start = 0;
  float w_max = 0;  // segments
  float k = 0;      // seconds
  float w_est = 0;
  float w_prior = 0;
  float fraction = 0;  // of a segment that cwnd is to grow by

  // Received, and neither delivered nor dropped (reassembly.hpp): a list by sequence.
  std::uint32_t held_head = 0;
  std::uint32_t held_tail = 0;
  bool fin_held = false;             // the peer's FIN was accepted, and the user is to be told after what is held
  Scoreboard received{};             // beyond rcv_nxt
  std::array<Sequence, 3> recent{};  // of segments that came out of order, the latest first
  std::uint8_t recent_count = 0;
  SideLink resumed{};  // the user wants data again
};
static_assert(std::is_trivially_copyable_v<SideRecord>);

// First in, first out, through one of the links of a side record.
template <SideLink SideRecord::*kLink>
class SideList {
 public:
  bool empty() const noexcept { return head_ == 0; }
  std::uint32_t front() const noexcept { return head_; }

  void add(SidePool<SideRecord>& sides, std::uint32_t side) noexcept {
    SideLink& link = sides[side].*kLink;
    if (link.linked) return;
    link = {tail_, 0, true};
    (tail_ == 0 ? head_ : (sides[tail_].*kLink).next) = side;
    tail_ = side;
  }

  void remove(SidePool<SideRecord>& sides, std::uint32_t side) noexcept {
    SideLink& link = sides[side].*kLink;
    if (!link.linked) return;
    (link.prev == 0 ? head_ : (sides[link.prev].*kLink).next) = link.next;
    (link.next == 0 ? tail_ : (sides[link.next].*kLink).prev) = link.prev;
    link.linked = false;
  }

 private:
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
};

}  // namespace mcc::tcp

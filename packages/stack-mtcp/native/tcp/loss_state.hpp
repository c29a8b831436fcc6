#pragma once
// What is remembered of losses beyond the scoreboards: as receiver, what the peer has been told of a gap; as sender,
// what was sent again and when (rack.hpp), and whether that was called for (acknowledge.hpp).

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "tcp/sequence.hpp"
#include "tcp/ticks.hpp"

namespace mcc::tcp {

// Duplicate acknowledgments that tell of a loss (RFC 5681 section 3.2).
inline constexpr std::uint8_t kDupThresh = 3;

// A retransmission of [left, right), when snd_nxt was `top`.
struct Resent {
  Sequence left;
  Sequence right;
  Sequence top;
  Ticks at;
};

struct LossState {
  // Retransmissions that are kept track of. When there are more, a time-out repairs the loss of the oldest.
  static constexpr std::size_t kResent = 8;

  Sequence gap = 0;           // where the gap begins that ...
  std::uint8_t gap_acks = 0;  // ... so many acknowledgments have told of, one for each segment

  bool probe_repeated = false;    // the tail-loss probe sent old data, and it is not known yet whether these were lost
  Sequence probe_end = 0;         // snd_nxt when it was sent
  std::uint32_t probe_stamp = 0;  // its TSval

  bool timed_out = false;           // it is not known yet whether the time-out was called for
  std::uint32_t timeout_stamp = 0;  // TSval of what was sent after it
  std::uint16_t cwnd_before = 0;
  std::uint16_t ssthresh_before = 0;

  std::uint8_t resent_count = 0;
  std::array<Resent, kResent> resent{};  // the latest last
  bool again_due = false;                // one of them was overtaken, and is lost unless it arrives soon
  Ticks again_since = 0;                 // when it left
  bool watching = false;                 // what is missing below watched_below is lost unless it arrives soon
  Ticks watched_since = 0;
  Sequence watched_below = 0;
  bool below_is_lost = false;  // what is missing below lost_below is lost
  Sequence lost_below = 0;
  std::uint8_t reordering = 0;    // round trips in which the peer reported duplicates; saturates
  Sequence reordering_round = 0;  // the present one ends when this is acknowledged

  void note_resent(const Resent& latest) noexcept {
    if (resent_count == kResent) {
      std::copy(resent.begin() + 1, resent.end(), resent.begin());
      --resent_count;
    }
    resent[resent_count++] = latest;
  }
  // A time-out begins the repair anew.
  void forget_repair() noexcept { resent_count = 0, again_due = watching = below_is_lost = probe_repeated = false; }
};

}  // namespace mcc::tcp

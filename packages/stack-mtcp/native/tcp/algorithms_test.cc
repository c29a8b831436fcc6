// The arithmetic of TCP, without segments.

#include <doctest/doctest.h>

#include <random>
#include <set>

#include "tcp/cubic.hpp"
#include "tcp/isn.hpp"
#include "tcp/newreno.hpp"
#include "tcp/rate_limit.hpp"
#include "tcp/rto.hpp"
#include "tcp/scoreboard.hpp"
#include "tcp/sequence.hpp"

using namespace mcc;
using namespace mcc::tcp;

TEST_CASE("sequence: comparisons hold across the wrap (RFC 9293 3.4)") {
  CHECK(before(0xffff'ffff, 0));
  CHECK(after(5, 0xffff'fff0));
  CHECK(at_or_before(7, 7));
  CHECK(later(0xffff'fff0, 3) == 3);
  CHECK(earlier(0xffff'fff0, 3) == 0xffff'fff0);
}

TEST_CASE("sequence: acceptability in its four cases (RFC 9293 3.10.7.4, table 6)") {
  CHECK(acceptable(100, 0, 100, 0));
  CHECK_FALSE(acceptable(101, 0, 100, 0));
  CHECK(acceptable(149, 0, 100, 50));
  CHECK_FALSE(acceptable(150, 0, 100, 50));
  CHECK_FALSE(acceptable(99, 0, 100, 50));
  CHECK_FALSE(acceptable(100, 1, 100, 0));
  CHECK(acceptable(90, 11, 100, 50));
  CHECK_FALSE(acceptable(90, 10, 100, 50));
  CHECK(acceptable(149, 100, 100, 50));
  CHECK(acceptable(90, 100, 100, 50));  // covers the window
}

TEST_CASE("rto: first and later measurements, bounds and back-off (RFC 6298 2)") {
  ControlBlock cb{};
  const RtoBounds bounds;
  CHECK(retransmission_timeout(cb, bounds) == 1'000'000'000);
  const auto units = [](Nanos ns) { return static_cast<RttUnits>(ns >> kRttShift); };
  measure_rtt(cb, units(400'000'000));
  CHECK(cb.srtt == units(400'000'000));
  CHECK(cb.rttvar == units(200'000'000));
  CHECK(retransmission_timeout(cb, bounds) / 1'000'000 == 1199);
  for (int i = 0; i < 200; ++i) measure_rtt(cb, units(1'000'000));
  CHECK(retransmission_timeout(cb, bounds) == bounds.minimum);
  cb.backoff = 3;
  CHECK(retransmission_timeout(cb, bounds) == 8 * bounds.minimum);
  cb.backoff = 0;
  // A long way whose round trip never varies: an acknowledgment may be delayed all the same.
  for (int i = 0; i < 500; ++i) measure_rtt(cb, units(200'000'000));
  CHECK(retransmission_timeout(cb, bounds) >= 249'000'000);
  cb.backoff = 30;
  CHECK(retransmission_timeout(cb, bounds) == bounds.maximum);
  cb.backoff = 0;
  for (int i = 0; i < 100; ++i) measure_rtt(cb, 0xffff'ffff);
  CHECK(cb.srtt > 0xff00);
  CHECK(retransmission_timeout(cb, bounds) <= bounds.maximum);
}

TEST_CASE("scoreboard: agrees with a set of bytes, whatever order blocks come in") {
  std::mt19937 engine(7);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  for (int round = 0; round < 200; ++round) {
    const Sequence base = round % 2 == 0 ? 0xffff'ff80u : 1000;
    Scoreboard board{};
    std::set<std::uint32_t> model;
    for (int i = 0; i < 40; ++i) {
      const std::uint32_t left = random() % 200, length = 1 + random() % 12;
      bool news = false;
      for (std::uint32_t at = left; at < left + length; ++at) news |= model.insert(at).second;
      CHECK(board.add(base + left, base + left + length) == news);
      const std::uint32_t from = random() % 200;
      std::uint32_t above = 0;
      for (const std::uint32_t at : model) above += at >= from ? 1 : 0;
      CHECK(board.sacked_above(base + from) == above);
      std::uint32_t hole = from;
      while (model.contains(hole)) ++hole;
      CHECK(board.next_hole(base + from) == base + hole);
      std::uint32_t end = hole;
      while (end < 300 && !model.contains(end)) ++end;
      CHECK(board.hole_end(base + hole, base + 300) == base + end);
      CHECK(board.highest() == base + *model.rbegin() + 1);
    }
    board.advance(base + 100);
    CHECK(board.sacked_above(base) == static_cast<std::uint32_t>(std::distance(model.lower_bound(100), model.end())));
  }
}

TEST_CASE("scoreboard: full, it forgets the highest") {
  Scoreboard board{};
  for (Sequence i = 1; i <= Scoreboard::kRanges; ++i) CHECK(board.add(i * 10, i * 10 + 1));
  CHECK_FALSE(board.add(9000, 9001));
  CHECK(board.add(5, 6));
  CHECK(board.size() == Scoreboard::kRanges);
  CHECK(board.highest() == (Scoreboard::kRanges - 1) * 10 + 1);
  board.advance(Scoreboard::kRanges * 10);
  CHECK(board.empty());
}

TEST_CASE("newreno: one segment more for each window that is acknowledged (RFC 5681 3.1)") {
  ControlBlock cb{};
  cb.mss = 1000;
  cb.cwnd = 10;
  SideRecord side{};
  std::uint32_t grown = 0;
  for (int i = 0; i < 10; ++i) grown += newreno::grow(cb, side, 1000);
  CHECK(grown == 1);
  CHECK(newreno::after_loss(20) == 10);
  CHECK(newreno::after_loss(1) == 2);
}

namespace {

// cwnd after `seconds` with this round trip, each window acknowledged in full.
std::uint16_t run_cubic(ControlBlock& cb, SideRecord& side, double seconds, double rtt, double& now) {
  cb.srtt = static_cast<std::uint16_t>(rtt * 1e9 / (1 << kRttShift));
  for (const double end = now + seconds; now < end; now += rtt) {
    const std::uint32_t window = cb.cwnd;
    for (std::uint32_t i = 0; i < window; ++i) {
      const double at = now + rtt * i / window;
      cb.cwnd =
          static_cast<std::uint16_t>(cb.cwnd + cubic::grow(cb, side, cb.mss, ticks_of(static_cast<Nanos>(at * 1e9))));
    }
  }
  return cb.cwnd;
}

}  // namespace

TEST_CASE("cubic: falls to 0.7, is back at the old window after K, flat there and steep beyond (RFC 9438 4.2, 4.6)") {
  ControlBlock cb{};
  cb.mss = 1000;
  cb.cwnd = 1000;
  SideRecord side{};
  cb.ssthresh = cubic::after_loss(cb, side, 1000);
  CHECK(cb.ssthresh == 700);
  cb.cwnd = cb.ssthresh;
  double now = 1;
  // K = cbrt(1000 * 0.3 / 0.4) = 9.09 s
  const std::uint16_t half = run_cubic(cb, side, 4.5, 0.1, now);
  CHECK(half > 930);
  CHECK(half < 990);
  const std::uint16_t back = run_cubic(cb, side, 4.6, 0.1, now);
  CHECK(back > 990);
  CHECK(back < 1010);
  const std::uint16_t beyond = run_cubic(cb, side, 9, 0.1, now);
  CHECK(beyond > 1250);
  CHECK(beyond < 1400);
}

TEST_CASE("cubic: on a short path it is no slower than Reno (RFC 9438 4.3)") {
  ControlBlock cb{};
  cb.mss = 1000;
  cb.cwnd = 20;
  SideRecord side{};
  cb.cwnd = cb.ssthresh = cubic::after_loss(cb, side, 20);
  double now = 1;
  // Reno-friendly: 0.53 segments a round trip until the old window, one afterwards.
  const std::uint16_t grown = run_cubic(cb, side, 0.1, 0.001, now);
  CHECK(grown > 60);
  CHECK(grown < 120);
}

TEST_CASE("cubic: with less than before, the old window is given up sooner (RFC 9438 4.7)") {
  ControlBlock cb{};
  cb.cwnd = 100;
  SideRecord side{};
  cubic::after_loss(cb, side, 100);
  CHECK(side.w_max == 100);
  cb.cwnd = 80;
  cubic::after_loss(cb, side, 80);
  CHECK(side.w_max == doctest::Approx(68));
}

TEST_CASE("rate limit: so many a second") {
  RateLimit limit(2);
  CHECK(limit.allow(5'000'000'000));
  CHECK(limit.allow(5'000'000'000));
  CHECK_FALSE(limit.allow(5'900'000'000));
  CHECK(limit.allow(6'000'000'000));
}

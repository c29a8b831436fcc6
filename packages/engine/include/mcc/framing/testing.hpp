#pragma once
// For tests of framers: a stream must be framed alike however it is cut into reads.

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "mcc/framing/framer.hpp"

namespace mcc::framing::testing {

// What became of one reply, however it was cut.
struct Seen {
  Progress progress = Progress::complete;
  std::size_t size = 0;  // bytes of the reply; of a broken one nothing is said, and it is 0
  Error error = Error::none;
  bool last = false;
  bool head = false;
  std::uint16_t outcome = 0;

  bool operator==(const Seen&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Seen& seen) {
    return out << "{progress " << int(seen.progress) << " size " << seen.size << " error " << int(seen.error)
               << " last " << seen.last << " head " << seen.head << " outcome " << seen.outcome << "}";
  }
};

inline std::ostream& operator<<(std::ostream& out, const std::vector<Seen>& seen) {
  for (const Seen& one : seen) out << one << ' ';
  return out;
}

inline Seen broken(Error error) { return {.progress = Progress::broken, .error = error}; }

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// Feeds `text`, cut before each of the offsets in `cuts` (ascending), and says what was seen. `closes`: the peer closes
// at the end. Whatever is under way then is dropped.
template <class Framer>
std::vector<Seen> play(Framer& framer, std::string_view text, std::span<const std::size_t> cuts, bool closes) {
  std::vector<Seen> seen;
  std::uint32_t word = 0;
  std::size_t size = 0;
  const auto note = [&](const Result& result) {
    size += result.consumed;
    const bool ended = result.progress != Progress::more;
    if (!ended) return;
    REQUIRE(word == 0);
    const bool whole = result.progress == Progress::complete;
    seen.push_back({result.progress, whole ? size : 0, result.error, result.last, result.head, result.outcome});
    size = 0;
  };
  std::size_t from = 0;
  for (std::size_t piece = 0; piece <= cuts.size(); ++piece) {
    const std::size_t to = piece < cuts.size() ? cuts[piece] : text.size();
    while (from < to) {
      // A copy of exactly this piece, so that a sanitizer sees a read past its end.
      const std::vector<std::byte> read(bytes_of(text).begin() + static_cast<std::ptrdiff_t>(from),
                                        bytes_of(text).begin() + static_cast<std::ptrdiff_t>(to));
      const Result result = framer.feed(word, read);
      note(result);
      if (result.progress == Progress::broken) return seen;
      REQUIRE(result.consumed <= read.size());
      if (result.progress == Progress::more) REQUIRE(result.consumed == read.size());
      from += result.consumed;
    }
  }
  if (closes && word != 0) note(framer.finish(word));
  framer.drop(word);
  REQUIRE(word == 0);
  return seen;
}

// Whole, byte by byte, cut in two at every point, and cut at random.
template <class Framer>
void check_all_cuts(Framer& framer, std::string_view text, const std::vector<Seen>& expected, bool closes = false) {
  REQUIRE(play(framer, text, {}, closes) == expected);
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1; at < text.size(); ++at) cuts.push_back(at);
  REQUIRE(play(framer, text, cuts, closes) == expected);
  for (const std::size_t cut : cuts) {
    CAPTURE(cut);
    REQUIRE(play(framer, text, std::span(&cut, 1), closes) == expected);
  }
  std::mt19937 random(20250101);
  for (int round = 0; round < 50; ++round) {
    CAPTURE(round);
    std::vector<std::size_t> some;
    const auto one_in = 1 + random() % 40;
    for (const std::size_t cut : cuts) {
      if (random() % one_in == 0) some.push_back(cut);
    }
    REQUIRE(play(framer, text, some, closes) == expected);
  }
}

}  // namespace mcc::framing::testing

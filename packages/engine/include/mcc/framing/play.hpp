#pragma once
// For tests and fuzzers of framers: what a framer sees in a stream that is cut into reads.

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <span>
#include <stdexcept>
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

inline void must(bool held, const char* rule) {
  if (!held) throw std::logic_error(rule);
}

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
    must(word == 0, "the word is 0 after a reply");
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
      must(result.consumed <= read.size(), "no more is consumed than was fed");
      if (result.progress == Progress::more) must(result.consumed == read.size(), "a reply that goes on takes all");
      from += result.consumed;
    }
  }
  if (closes && word != 0) note(framer.finish(word));
  framer.drop(word);
  must(word == 0, "the word is 0 after a drop");
  return seen;
}

}  // namespace mcc::framing::testing

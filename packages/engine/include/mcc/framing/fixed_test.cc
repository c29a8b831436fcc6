#include "mcc/framing/fixed.hpp"

#include <doctest/doctest.h>

#include "mcc/framing/any.hpp"
#include "mcc/framing/testing.hpp"

namespace mcc::framing {
namespace {

using testing::check_all_cuts;
using testing::play;
using testing::Seen;

TEST_CASE("fixed: replies end after their bytes, however they are cut") {
  FixedFramer framer(Fixed{.bytes = 5});
  check_all_cuts(framer, "helloworld12345", {Seen{.size = 5}, Seen{.size = 5}, Seen{.size = 5}});
  check_all_cuts(framer, "hellowor", {Seen{.size = 5}, testing::broken(Error::closed_early)}, true);
}

TEST_CASE("fixed: one byte, and the most there can be") {
  FixedFramer one(Fixed{.bytes = 1});
  check_all_cuts(one, "ab", {Seen{.size = 1}, Seen{.size = 1}});
  FixedFramer most(Fixed{.bytes = 0xffffffff});
  std::uint32_t word = 0xfffffffe;
  const Result result = most.feed(word, testing::bytes_of("xy"));
  CHECK(result.progress == Progress::complete);
  CHECK(result.consumed == 1);
  CHECK(word == 0);
}

TEST_CASE("fixed: what cannot run is refused") {
  CHECK(FixedFramer::fault({.bytes = 0}) != nullptr);
  CHECK(FixedFramer::fault({.bytes = 0x1'0000'0000}) != nullptr);
  CHECK(FixedFramer::fault({.bytes = 1}) == nullptr);
  CHECK(FixedFramer::fault({.bytes = 0xffffffff}) == nullptr);
}

TEST_CASE("any: whatever arrives first is the reply") {
  FirstBytesFramer framer;
  const std::size_t cuts[] = {1, 4};
  CHECK(play(framer, "abcdef", cuts, true) == std::vector<Seen>{{.size = 1}, {.size = 3}, {.size = 2}});
}

}  // namespace
}  // namespace mcc::framing

#include "mcc/framing/any_framer.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "mcc/framing/testing.hpp"

namespace mcc::framing {
namespace {

using testing::check_all_cuts;
using testing::Seen;

Delimiter newline() { return {.bytes = {std::byte{'\n'}}}; }

TEST_CASE("any framer: each kind is framed as it says") {
  const struct {
    Framing spec;
    std::string_view text;
    std::vector<Seen> expected;
  } cases[] = {
      {Fixed{.bytes = 2}, "abcd", {{.size = 2}, {.size = 2}}},
      {newline(), "a\nbc\n", {{.size = 2}, {.size = 3}}},
      {LengthPrefixed{.offset = 0, .width = 1}, "\x01yZ", {{.size = 2}}},
      {Http1{}, "HTTP/1.1 204 No Content\r\n\r\n", {{.size = 27, .outcome = 204}}},
  };
  for (const auto& example : cases) {
    CAPTURE(example.text);
    AnyFramer framer(example.spec, Role::client, 1);
    check_all_cuts(framer, example.text, example.expected);
    AnyFramer moved = std::move(framer);
    check_all_cuts(moved, example.text, example.expected);
  }
  AnyFramer server(Http1{}, Role::server, 1);
  check_all_cuts(server, "HEAD / HTTP/1.1\r\n\r\n", {{.size = 19, .head = true}});
  AnyFramer any(Any{}, Role::client, 1);
  std::uint32_t word = 0;
  CHECK(any.feed(word, testing::bytes_of("abc")).consumed == 3);
}

TEST_CASE("any framer: faults are those of the kind") {
  const auto fault = [](const Framing& spec, Role role = Role::client) { return AnyFramer::fault(spec, role); };
  CHECK(fault(None{}) == nullptr);
  CHECK(fault(Any{}) == nullptr);
  CHECK(fault(newline()) == nullptr);
  CHECK(fault(Fixed{.bytes = 0}) != nullptr);
  CHECK(fault(Delimiter{}) != nullptr);
  CHECK(fault(LengthPrefixed{.offset = 0, .width = 7}) != nullptr);
  CHECK(fault(Http1{.head = true}) == nullptr);
  CHECK(fault(Http1{.head = true}, Role::server) != nullptr);
}

}  // namespace
}  // namespace mcc::framing

#include "mcc/message_render.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "mcc/compiler.hpp"
#include "mcc/testing/programs.hpp"

using namespace mcc;
using namespace mcc::testing;

namespace {

std::string rendered(const Message& one, const Departure& departure, std::size_t copies = 1) {
  std::vector<Step> steps(copies, send());
  const auto program = std::get<CompiledProgram>(compile(client({one}, steps)));
  std::string whole(program.bursts[0].size, '\0');
  render(program.bursts[0], departure, 0, std::as_writable_bytes(std::span(whole)));
  // Any part of it is the same as that part of the whole.
  for (std::size_t from = 0; from <= whole.size(); ++from) {
    for (std::size_t size = 0; from + size <= whole.size(); ++size) {
      std::string part(size, '\0');
      render(program.bursts[0], departure, from, std::as_writable_bytes(std::span(part)));
      CHECK(part == whole.substr(from, size));
    }
  }
  return whole;
}

constexpr Departure kDeparture{.seed = 42, .connection_id = 0xabcd, .sequence = 7, .at = 0x0102030405060708};

}  // namespace

TEST_CASE("every encoding writes its low digits") {
  using enum Patch::Encoding;
  const Message all = message("................................", {{Patch::Kind::connection_id, big, 1, 4},
                                                                   {Patch::Kind::timestamp_ns, little, 6, 8},
                                                                   {Patch::Kind::connection_id, hex, 15, 3},
                                                                   {Patch::Kind::connection_id, decimal, 19, 8},
                                                                   {Patch::Kind::counter, big, 28, 1}});
  using namespace std::string_literals;
  CHECK(rendered(all, kDeparture) == ".\0\0\xab\xcd.\x08\x07\x06\x05\x04\x03\x02\x01.bcd.00043981.\x07..."s);
}

TEST_CASE("the counter goes on within a burst") {
  const Message counted = message("#00 ", {{Patch::Kind::counter, Patch::Encoding::decimal, 1, 2}});
  CHECK(rendered(counted, {.seed = 0, .connection_id = 0, .sequence = 98, .at = 0}, 3) == "#98 #99 #00 ");
}

namespace {

// Whole, and in every part.
std::string rendered_at_length(const CompiledProgram& program, const Departure& departure) {
  const Burst& burst = program.bursts[program.places[program.batches[0].places[0]][0].burst];
  Window whole_size(0, {});
  render(burst, departure, whole_size);
  CHECK(whole_size.size() <= size_max(burst));
  std::string whole(whole_size.size(), '\0');
  for (std::size_t from = 0; from <= whole.size(); ++from) {
    for (std::size_t size = 0; from + size <= whole.size(); ++size) {
      Window part(from, std::as_writable_bytes(std::span(whole)).subspan(from, size));
      render(burst, departure, part);
    }
  }
  for (std::size_t from = 0; from <= whole.size(); ++from) {
    std::string part(whole.size() - from, '\0');
    Window window(from, std::as_writable_bytes(std::span(part)));
    render(burst, departure, window);
    CHECK(part == whole.substr(from));
  }
  return whole;
}

}  // namespace

TEST_CASE("what is inserted is as long as its value, and a length knows it") {
  using enum Patch::Encoding;
  const Table table{{column({"", "é", "longer than the rest"}), column({"x", "y", "z"})}};
  const Message one =
      message("L:;R:;....;", {
                                 {.kind = Patch::Kind::length, .encoding = decimal, .offset = 2, .from = 3},
                                 {.kind = Patch::Kind::serial, .encoding = decimal, .offset = 5},
                                 {.kind = Patch::Kind::table, .offset = 5, .column = 0},
                                 {.kind = Patch::Kind::counter, .encoding = hex, .offset = 6, .width = 4},
                                 {.kind = Patch::Kind::table, .offset = 11, .column = 1},
                             });
  const auto program = std::get<CompiledProgram>(compile(with_tables({table}, client({one}, {send()}))));
  const auto at = [&](std::uint32_t sequence, std::uint32_t id) {
    return rendered_at_length(program,
                              {.seed = 1, .connection_id = id, .sequence = sequence, .at = 0, .connections = 5});
  };
  CHECK(at(0, 0) == "L:10;R:0;0000;x");
  CHECK(at(0, 1) == "L:12;R:1é;0000;y");
  CHECK(at(26, 1) == "L:32;R:131longer than the rest;001a;z");
}

TEST_CASE("random fields stay below their bound, differ within a message, and reach every value") {
  using enum Patch::Encoding;
  const Patch random{.kind = Patch::Kind::random, .encoding = decimal, .offset = 1, .below = 3};
  const auto program = std::get<CompiledProgram>(compile(client({message("r", {random, random})}, {send()})));
  std::set<std::string> seen;
  for (std::uint32_t i = 0; i < 200; ++i) {
    seen.insert(rendered_at_length(program, {.seed = 1, .connection_id = 0, .sequence = i, .at = 0}));
  }
  CHECK(seen == std::set<std::string>{"r00", "r01", "r02", "r10", "r11", "r12", "r20", "r21", "r22"});
}

TEST_CASE("rows at random are the same for all fields of a message") {
  const Table table{{column({"a", "b", "c"}), column({"A", "B", "C"})}, true};
  const Message one = message("::", {{.kind = Patch::Kind::table, .offset = 0, .column = 0},
                                     {.kind = Patch::Kind::table, .offset = 1, .column = 1}});
  const auto program = std::get<CompiledProgram>(compile(with_tables({table}, client({one}, {send()}))));
  std::set<std::string> seen;
  for (std::uint32_t i = 0; i < 100; ++i) {
    seen.insert(rendered_at_length(program, {.seed = 1, .connection_id = 7, .sequence = i, .at = 0}));
  }
  CHECK(seen == std::set<std::string>{"a:A:", "b:B:", "c:C:"});
}

TEST_CASE("a wide decimal holds the largest timestamp") {
  const Message wide = message("00000000000000000000", {{Patch::Kind::timestamp_ns, Patch::Encoding::decimal, 0, 20}});
  CHECK(rendered(wide, {.seed = 0, .connection_id = 0, .sequence = 0, .at = UINT64_MAX}) == "18446744073709551615");
}

TEST_CASE("random fields depend on seed, connection and sequence, and are spread over their width") {
  using enum Patch::Encoding;
  for (const Patch& patch : {Patch{Patch::Kind::random, hex, 0, 16}, Patch{Patch::Kind::random, decimal, 0, 20}}) {
    const Message one = message("....................", {patch});
    CHECK(rendered(one, kDeparture) == rendered(one, kDeparture));
    std::set<std::string> seen;
    for (std::uint32_t i = 0; i < 50; ++i) {
      for (const Departure& other : {Departure{i, 1, 1, 0}, Departure{100, i + 2, 1, 0}, Departure{100, 1, i + 2, 0}}) {
        seen.insert(rendered(one, other));
      }
    }
    CHECK(seen.size() == 150);
  }
  // The first digit of 20 takes all values.
  std::set<char> digits;
  const Message one = message("....................", {{Patch::Kind::random, decimal, 0, 20}});
  for (std::uint32_t i = 0; i < 200; ++i) digits.insert(rendered(one, {1, i, 0, 0})[0]);
  CHECK(digits.size() == 10);
}

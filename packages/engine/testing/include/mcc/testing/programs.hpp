#pragma once
// Short names for writing programs in tests.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "mcc/program.hpp"

namespace mcc::testing {

inline std::vector<std::byte> to_bytes(std::string_view text) {
  const Bytes bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline Message message(std::string_view text, std::vector<Patch> patches = {}) {
  return {to_bytes(text), std::move(patches)};
}

inline Step send(std::uint32_t index = 0) { return step::Send{index}; }
inline Step send_in(std::uint8_t request_class, std::uint32_t index = 0) { return step::Send{index, request_class}; }
inline Step send_one_of(std::uint32_t mix = 0) { return step::SendOneOf{mix}; }
inline Step expect(Framing framing) { return step::Expect{std::move(framing)}; }
inline Step expect_fixed(std::uint64_t bytes) { return expect(framing::Fixed{bytes}); }
inline Step expect_line() { return expect(framing::Delimiter{to_bytes("\n")}); }
inline Step expect_http() { return expect(framing::Http1{}); }
inline Step expect_none() { return expect(framing::None{}); }
inline Step pause(Wait time) { return step::Pause{time}; }
inline Step pause_ns(Nanos ns) { return step::Pause{wait::Constant{ns}}; }
inline Step repeat(std::uint32_t from, std::uint32_t times = 0) { return step::Repeat{from, times}; }
inline Step close() { return step::Close{}; }
inline Step close_last() { return step::Close{true}; }
inline Step answer(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return step::Answer{{a, b, c, d}};
}
inline Step echo() { return step::Echo{}; }
inline Step handler() { return step::Handler{}; }

inline Program client(std::vector<Message> messages, std::vector<Step> steps) {
  return {Role::client, std::move(messages), std::move(steps)};
}
inline Program with_classes(std::size_t classes, Program program, std::vector<OutcomeClass> outcome_classes = {}) {
  program.classes = classes;
  program.outcome_classes = std::move(outcome_classes);
  return program;
}
inline Program with_mixes(std::vector<Mix> mixes, Program program) {
  program.mixes = std::move(mixes);
  return program;
}
inline Program with_tables(std::vector<Table> tables, Program program) {
  program.tables = std::move(tables);
  return program;
}
inline Column column(const std::vector<std::string_view>& values) {
  Column made;
  for (const std::string_view value : values) {
    const std::vector<std::byte> bytes = to_bytes(value);
    made.bytes.insert(made.bytes.end(), bytes.begin(), bytes.end());
    made.ends.push_back(static_cast<std::uint32_t>(made.bytes.size()));
  }
  return made;
}
inline Program server(std::vector<Message> messages, std::vector<Step> steps) {
  return {Role::server, std::move(messages), std::move(steps)};
}

}  // namespace mcc::testing

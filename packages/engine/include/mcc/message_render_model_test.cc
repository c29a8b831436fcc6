// Random programs with patches of every kind: what is sent in pieces is what is sent whole.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <variant>
#include <vector>

#include "mcc/compiler.hpp"
#include "mcc/message_render.hpp"

namespace mcc {
namespace {

Program random_program(std::mt19937_64& random) {
  using Encoding = Patch::Encoding;
  Program program;
  const std::uint64_t count = 1 + random() % 4;
  for (std::uint32_t i = 0; i < count; ++i) {
    Message message{std::vector<std::byte>(30 + random() % 100, std::byte{'.'}), {}};
    for (std::size_t at = random() % 20;; at += random() % 20) {
      const auto encoding = static_cast<Encoding>(random() % 4);
      const std::size_t width = encoding == Encoding::decimal ? 1 + random() % 20
                                : encoding == Encoding::hex   ? 1 + random() % 16
                                                              : std::size_t{1} << random() % 4;
      if (at + width > message.bytes.size()) break;
      message.patches.push_back({.kind = static_cast<Patch::Kind>(random() % 4),
                                 .encoding = encoding,
                                 .offset = static_cast<std::uint32_t>(at),
                                 .width = static_cast<std::uint8_t>(width)});
      at += width;
    }
    program.messages.push_back(std::move(message));
    program.steps.push_back(step::Send{i});
  }
  program.steps.push_back(step::Expect{framing::Any{}});
  program.steps.push_back(step::Repeat{.from = 0});
  return program;
}

TEST_CASE("message rendering: any part of a burst is that part of the whole") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    const auto compiled = compile(random_program(random));
    REQUIRE(std::holds_alternative<CompiledProgram>(compiled));
    const auto& program = std::get<CompiledProgram>(compiled);
    const Burst& burst = program.bursts[program.ops[0].index];
    const Departure departure{.seed = random(),
                              .connection_id = static_cast<std::uint32_t>(random()),
                              .sequence = static_cast<std::uint32_t>(random()),
                              .at = random()};
    std::vector<std::byte> whole(burst.size);
    render(burst, departure, 0, whole);
    for (int part = 0; part < 20; ++part) {
      const std::size_t offset = random() % burst.size;
      std::vector<std::byte> bytes(1 + random() % (burst.size - offset));
      render(burst, departure, offset, bytes);
      REQUIRE(std::equal(bytes.begin(), bytes.end(), whole.begin() + static_cast<std::ptrdiff_t>(offset)));
    }
  }
}

}  // namespace
}  // namespace mcc

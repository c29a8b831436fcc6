#include "mcc/compiler.hpp"

#include <doctest/doctest.h>

#include <string>

#include "mcc/testing/programs.hpp"

using namespace mcc;
using namespace mcc::testing;
using Kind = Op::Kind;

namespace {

ProgramFault fault_of(const Program& program) {
  const auto result = compile(program);
  const auto* fault = std::get_if<ProgramFault>(&result);
  return fault != nullptr ? *fault : ProgramFault{-2, ""};
}

std::int64_t faulty_step(const Program& program) { return fault_of(program).step; }

CompiledProgram compiled(const Program& program) {
  auto result = compile(program);
  REQUIRE(std::holds_alternative<CompiledProgram>(result));
  return std::get<CompiledProgram>(std::move(result));
}

constexpr std::int64_t kNoFault = -2;
const std::vector<Message> kX{message("x")};

Message patched(Patch patch) { return message("0123456789", {patch}); }

}  // namespace

TEST_CASE("consecutive sends become one burst, and know their requests") {
  const CompiledProgram program =
      compiled(client({message("ab"), message("c")}, {send(0), send(1), expect_fixed(1), expect_fixed(1), repeat(0)}));
  REQUIRE(program.ops.size() == 5);
  CHECK(program.ops[0].kind == Kind::burst);
  CHECK(program.ops[0].requests == 2);
  CHECK(program.ops[1].outstanding == 2);
  CHECK(program.ops[2].outstanding == 1);
  CHECK(program.ops[3].kind == Kind::jump);
  CHECK(program.ops[3].target == 0);
  CHECK(program.ops[3].outstanding == 0);
  CHECK(program.ops[4].kind == Kind::end);
  REQUIRE(program.bursts.size() == 1);
  CHECK(std::string(reinterpret_cast<const char*>(program.bursts[0].data), program.bursts[0].size) == "abc");
  CHECK(program.bursts[0].messages == 2);
  CHECK(program.framings.size() == 1);
}

TEST_CASE("a batch ends where a repeat comes back to") {
  const CompiledProgram program =
      compiled(client({message("hello"), message("x")}, {send(0), send(1), expect_fixed(1), repeat(1)}));
  CHECK(program.ops[0].kind == Kind::burst);
  CHECK(program.ops[0].requests == 0);
  CHECK(program.ops[1].kind == Kind::burst);
  CHECK(program.ops[1].requests == 1);
  CHECK(program.ops[3].target == 1);
}

TEST_CASE("a wait of no time is left out") {
  const CompiledProgram program = compiled(client(kX, {pause_ns(0), send(), expect_fixed(1), pause_ns(0), repeat(1)}));
  REQUIRE(program.ops.size() == 4);
  CHECK(program.ops[0].kind == Kind::burst);
  CHECK(program.ops[2].target == 0);
}

TEST_CASE("patches are placed within the burst") {
  const Patch counter{Patch::Kind::counter, Patch::Encoding::big, 3, 2};
  const Patch random{Patch::Kind::random, Patch::Encoding::hex, 0, 3};
  const CompiledProgram program =
      compiled(client({message("......", {counter, random})}, {send(), send(), expect_none()}));
  const std::span<const Field> fields = program.bursts[0].fields;
  REQUIRE(fields.size() == 4);
  CHECK(fields[0].offset == 0);
  CHECK(fields[1].offset == 3);
  CHECK(fields[2].offset == 6);
  CHECK(fields[2].message == 1);
  CHECK(fields[3].offset == 9);
}

TEST_CASE("a server's answers know the requests they complete") {
  const CompiledProgram program =
      compiled(server(kX, {expect_fixed(1), expect_fixed(1), send(), expect_fixed(2), repeat(0)}));
  CHECK(program.ops[0].requests == 1);
  CHECK(program.ops[1].requests == 1);
  CHECK(program.ops[2].requests == 2);
  CHECK(program.ops[2].outstanding == 2);
  CHECK(program.ops[3].requests == 0);  // never answered: complete once it is read
  CHECK(program.ops[3].outstanding == 0);
}

TEST_CASE("programs that can run") {
  CHECK(faulty_step(client(kX, {send()})) == kNoFault);
  CHECK(faulty_step(client(kX, {send(), send(), expect_fixed(1)})) == kNoFault);
  CHECK(faulty_step(client(kX, {send(), pause_ns(1), repeat(0)})) == kNoFault);
  CHECK(faulty_step(client(kX, {send(), expect_fixed(1), repeat(0, 3), close(), repeat(0)})) == kNoFault);
  CHECK(faulty_step(client({}, {pause_ns(1), repeat(0)})) == kNoFault);
  CHECK(faulty_step(client(kX, {send(), pause_ns(0), expect_fixed(1)})) == kNoFault);
  CHECK(faulty_step(client(kX, {send(), pause_ns(1), send(), expect_fixed(1), pause_ns(1)})) == kNoFault);
  CHECK(faulty_step(server(kX, {expect_fixed(1), pause_ns(1), send(), repeat(0)})) == kNoFault);
  CHECK(faulty_step(client({}, {handler()})) == kNoFault);
  CHECK(faulty_step(server(kX, {send(), echo()})) == kNoFault);
  CHECK(faulty_step(server(kX, {expect_http(), answer(0, 0, 0, 0), close_last(), repeat(0)})) == kNoFault);
}

TEST_CASE("faults name the step") {
  CHECK(faulty_step(client(kX, {})) == -1);
  CHECK(faulty_step(client(kX, {send(), send(1)})) == 1);
  CHECK(faulty_step(client({message("")}, {send()})) == 0);
  CHECK(faulty_step(client(kX, {expect_fixed(1)})) == 0);
  CHECK(faulty_step(client(kX, {send(), expect_fixed(1), expect_fixed(1)})) == 2);
  CHECK(faulty_step(client(kX, {send(), pause_ns(1), send(), expect_fixed(1), expect_fixed(1)})) == 4);
  CHECK(faulty_step(client(kX, {send(), expect_fixed(0)})) == 1);
  CHECK(faulty_step(client(kX, {send(), expect(framing::Delimiter{})})) == 1);
  CHECK(faulty_step(client(kX, {send(), repeat(1)})) == 1);
  CHECK(faulty_step(client(kX, {send(), repeat(7)})) == 1);
  CHECK(faulty_step(client(kX, {send(), expect_fixed(1), repeat(1)})) == 2);
  CHECK(faulty_step(client(kX, {send(), send(), expect_fixed(1), repeat(0, 2), expect_fixed(1)})) == 3);
  CHECK(faulty_step(client(kX, {send(), close(), expect_fixed(1)})) == 1);
  CHECK(faulty_step(client(kX, {send(), close(), repeat(1)})) == 2);
  CHECK(faulty_step(client(kX, {send(), pause_ns(0), repeat(1)})) == 2);
  CHECK(faulty_step(client(kX, {send(), pause_ns(1), expect_fixed(1)})) == 1);
  CHECK(faulty_step(client(kX, {send(), send(), expect_fixed(1), pause(wait::Period{1}), expect_fixed(1)})) == 3);
  CHECK(faulty_step(client(kX, {send(), repeat(0, 2), send(), repeat(2, 2)})) == 3);
  CHECK(faulty_step(client(kX, {send(), repeat(0), send()})) == 2);
  CHECK(faulty_step(client(kX, {handler(), send()})) == 1);
  CHECK(faulty_step(client(kX, {echo()})) == 0);
  CHECK(faulty_step(client(kX, {send(), expect_http(), answer(0, 0, 0, 0)})) == 2);
  CHECK(faulty_step(client(kX, {send(), expect_http(), close_last()})) == 2);
  CHECK(faulty_step(client(kX, {send(), pause(wait::Uniform{2, 1})})) == 1);
  CHECK(faulty_step(client(kX, {send(), pause(wait::Period{0})})) == 1);
  CHECK(faulty_step(server(kX, {expect_fixed(1), answer(0, 0, 0, 0)})) == 1);
  CHECK(faulty_step(server(kX, {expect_http(), answer(0, 0, 0, 1)})) == 1);
  CHECK(faulty_step(server(kX, {expect_fixed(1), close_last()})) == 1);
  CHECK(faulty_step(server(kX, {expect_http(), close_last(), answer(0, 0, 0, 0), repeat(0)})) == 1);
  CHECK(faulty_step(server(kX, {expect_none()})) == 0);
  CHECK(faulty_step(server(kX, {echo(), send()})) == 1);
  CHECK(faulty_step(server(kX, {expect_fixed(1), expect_fixed(1), send(), repeat(1)})) == 3);
}

TEST_CASE("lengths stand before what they measure, and tables are where they are said to be") {
  using enum Patch::Encoding;
  const auto length = [](std::uint32_t offset, std::uint32_t from) {
    return patched({.kind = Patch::Kind::length, .encoding = decimal, .offset = offset, .from = from});
  };
  CHECK(faulty_step(client({length(2, 3)}, {send()})) == kNoFault);
  CHECK(faulty_step(client({length(2, 10)}, {send()})) == kNoFault);
  CHECK(faulty_step(client({length(2, 2)}, {send()})) == 0);
  CHECK(faulty_step(client({length(2, 11)}, {send()})) == 0);
  CHECK(faulty_step(server({length(2, 3)}, {expect_fixed(1), send()})) == 1);

  const auto cell = [](std::uint32_t table, std::uint32_t of_column, std::uint8_t width = 0) {
    return patched({.kind = Patch::Kind::table, .offset = 4, .width = width, .table = table, .column = of_column});
  };
  const auto with = [](Table table, const Message& one) {
    return faulty_step(with_tables({std::move(table)}, client({one}, {send()})));
  };
  const Table table{{column({"a", "bc"}), column({"", "d"})}};
  CHECK(with(table, cell(0, 1)) == kNoFault);
  CHECK(with(table, cell(0, 2)) == 0);
  CHECK(with(table, cell(1, 0)) == 0);
  CHECK(with(table, cell(0, 0, 4)) == 0);
  CHECK(with({}, cell(0, 0)) == -1);
  CHECK(with({{column({})}}, cell(0, 0)) == -1);
  CHECK(with({{column({"a"}), column({"b", "c"})}}, cell(0, 0)) == -1);
  CHECK(with({{Column{to_bytes("ab"), {2, 1}}}}, cell(0, 0)) == -1);
  CHECK(with({{Column{to_bytes("ab"), {1}}}}, cell(0, 0)) == -1);
}

TEST_CASE("mixes that can be drawn from") {
  const auto with = [](Mix mix, Framing framing = framing::Fixed{1}) {
    return faulty_step(
        with_classes(1, with_mixes({std::move(mix)}, client(kX, {send_one_of(), expect(std::move(framing))}))));
  };
  CHECK(with({{.message = 0}}) == kNoFault);
  CHECK(with({{.message = 0, .weight = 0}, {.message = 0, .request_class = 0, .reply = framing::Any{}}}) == kNoFault);
  CHECK(with({}) == 0);
  CHECK(with({{.message = 0, .weight = 0}}) == 0);
  CHECK(with({{.message = 1}}) == 0);
  CHECK(with({{.message = 0, .request_class = 1}}) == 0);
  CHECK(with({{.message = 0, .reply = framing::Fixed{0}}}) == 0);
  CHECK(with({{.message = 0, .reply = framing::None{}}}) == 0);
  CHECK(with({{.message = 0}}, framing::None{}) == kNoFault);
  CHECK(with({{.message = 0, .reply = framing::Any{}}}, framing::None{}) == 1);
  CHECK(with(Mix(65'537, {.message = 0})) == 0);
  CHECK(faulty_step(client(kX, {send_one_of()})) == 0);
  CHECK(faulty_step(with_mixes({{{.message = 0}}}, server(kX, {expect_fixed(1), send_one_of()}))) == 1);
}

TEST_CASE("classes that there are not") {
  const Program plain = client(kX, {send_in(1), expect_fixed(1)});
  CHECK(faulty_step(with_classes(2, plain)) == kNoFault);
  CHECK(faulty_step(with_classes(1, plain)) == 0);
  CHECK(faulty_step(with_classes(64, plain)) == kNoFault);
  CHECK(faulty_step(with_classes(65, plain)) == -1);
  CHECK(faulty_step(with_classes(1, server(kX, {expect_fixed(1), send()}))) == -1);
  const auto outcomes = [&](std::vector<OutcomeClass> list) {
    return faulty_step(with_classes(2, plain, std::move(list)));
  };
  CHECK(outcomes({{300, 399, 0}, {1, 299, 1}, {400, 1023, 0}}) == kNoFault);
  CHECK(outcomes({{0, 9, 0}}) == -1);
  CHECK(outcomes({{9, 8, 0}}) == -1);
  CHECK(outcomes({{9, 1024, 0}}) == -1);
  CHECK(outcomes({{9, 9, 2}}) == -1);
  CHECK(outcomes({{5, 9, 0}, {9, 10, 1}}) == -1);
}

TEST_CASE("patches that do not fit") {
  using enum Patch::Encoding;
  const auto with = [](Patch patch) { return faulty_step(client({patched(patch)}, {send()})); };
  CHECK(with({Patch::Kind::counter, big, 6, 4}) == kNoFault);
  CHECK(with({Patch::Kind::counter, big, 7, 4}) == 0);
  CHECK(with({Patch::Kind::counter, big, 0xffffffff, 4}) == 0);
  CHECK(with({Patch::Kind::counter, big, 0, 3}) == 0);
  CHECK(with({Patch::Kind::counter, little, 0, 0}) == 0);
  CHECK(with({Patch::Kind::counter, decimal, 0, 10}) == kNoFault);
  CHECK(with({Patch::Kind::counter, decimal, 0, 0}) == kNoFault);  // inserted
  CHECK(with({Patch::Kind::counter, hex, 10, 0}) == kNoFault);
  CHECK(with({Patch::Kind::counter, hex, 11, 0}) == 0);
  CHECK(with({Patch::Kind::counter, big, 0, 0}) == 0);
  CHECK(with({Patch::Kind::counter, decimal, 0, 21}) == 0);
  CHECK(with({Patch::Kind::counter, hex, 0, 17}) == 0);
  const Patch one{Patch::Kind::counter, big, 2, 4};
  const Patch two{Patch::Kind::counter, big, 5, 2};
  const Patch three{Patch::Kind::counter, big, 6, 2};
  CHECK(faulty_step(client({message("0123456789", {two, one})}, {send()})) == 0);
  CHECK(faulty_step(client({message("0123456789", {three, one})}, {send()})) == kNoFault);
}

#pragma once
// A program as the protocol plugin declared it: the C++ side of packages/core/src/contracts/program.ts, field by field.
// compiler.hpp turns it into what the engine runs.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc {

struct Patch {
  enum class Kind : std::uint8_t { counter, connection_id, timestamp_ns, random, serial, length, table };
  enum class Encoding : std::uint8_t { big, little, decimal, hex };
  Kind kind;
  Encoding encoding = Encoding::big;
  std::uint32_t offset = 0;
  std::uint8_t width = 0;    // 0: inserted before `offset`, as long as the value is
  std::uint64_t below = 0;   // random: bound, or 0 for none
  std::uint32_t from = 0;    // length: the first byte of what is measured
  std::uint32_t table = 0;   // table: which,
  std::uint32_t column = 0;  // and its column
};

// Values back to back, and where each ends.
struct Column {
  std::vector<std::byte> bytes;
  std::vector<std::uint32_t> ends;
};

struct Table {
  std::vector<Column> columns;  // of one length
  bool at_random = false;       // otherwise row after row, by the serial number of the message
};

struct Message {
  std::vector<std::byte> bytes;
  std::vector<Patch> patches;
};

namespace framing {

// Compared to share one framer between steps that expect the same.
struct None {
  bool operator==(const None&) const = default;
};
struct Any {
  bool operator==(const Any&) const = default;
};
struct Fixed {
  std::uint64_t bytes;
  bool operator==(const Fixed&) const = default;
};
struct Delimiter {
  std::vector<std::byte> bytes;  // 1 to 16
  bool operator==(const Delimiter&) const = default;
};
struct LengthPrefixed {
  std::uint32_t offset;
  std::uint8_t width;  // 1, 2, 3, 4, 8; 0: varint
  bool little_endian = false;
  std::int64_t adjust = 0;
  bool operator==(const LengthPrefixed&) const = default;
};
struct Http1 {
  bool head = false;
  std::vector<std::pair<std::uint16_t, std::uint16_t>> expect_status{{200, 399}};
  std::optional<std::array<std::byte, 32>> expect_sha256 = std::nullopt;
  bool operator==(const Http1&) const = default;
};

}  // namespace framing

using Framing = std::variant<framing::None, framing::Any, framing::Fixed, framing::Delimiter, framing::LengthPrefixed,
                             framing::Http1>;

namespace wait {

struct Constant {
  Nanos ns;
};
struct Uniform {
  Nanos min_ns, max_ns;
};
struct Exponential {
  Nanos mean_ns;
};
struct Period {
  Nanos ns;
  double share = 1;         // of the connections that have ticks
  std::uint32_t burst = 1;  // so many of them tick together
};

}  // namespace wait

using Wait = std::variant<wait::Constant, wait::Uniform, wait::Exponential, wait::Period>;

// A class of the program's, by its index, or none.
using RequestClass = std::optional<std::uint8_t>;

namespace step {

struct Send {
  std::uint32_t message;
  RequestClass request_class = std::nullopt;
};
struct SendOneOf {
  std::uint32_t mix;
};
struct Answer {
  std::array<std::uint32_t, 4> messages;  // by (HEAD ? 1 : 0) + (last ? 2 : 0)
};
struct Expect {
  Framing framing;
};
struct Receive {
  Framing framing;
  std::optional<std::uint32_t> sent_at = std::nullopt;  // where its departure is: 8 bytes, big endian
};
struct Echo {};
struct Pause {
  Wait time;
};
struct Repeat {
  std::uint32_t from;
  std::uint32_t times = 0;  // 0: for ever
};
struct Close {
  bool when_last = false;
};
struct Handler {};

}  // namespace step

using Step = std::variant<step::Send, step::SendOneOf, step::Answer, step::Expect, step::Receive, step::Echo,
                          step::Pause, step::Repeat, step::Close, step::Handler>;

// One of the messages of a mix.
struct Alternative {
  std::uint32_t message;
  std::uint32_t weight = 1;
  RequestClass request_class = std::nullopt;
  std::optional<Framing> reply = std::nullopt;  // none: as the expect says
};

using Mix = std::vector<Alternative>;

// When a client opens a connection again that it has lost.
struct Reconnect {
  bool never = false;
  Nanos min_ns = 0;  // after the first; doubled for each that follows it without a completed request
  Nanos max_ns = 0;
};

enum class Role : std::uint8_t { client, server };

// Framing outcomes `from` to `to`, both inclusive, count in this class.
struct OutcomeClass {
  std::uint16_t from;
  std::uint16_t to;
  std::uint8_t request_class;
};

struct Program {
  Role role = Role::client;
  std::vector<Message> messages;
  std::vector<Step> steps;
  std::size_t classes = 0;
  std::vector<OutcomeClass> outcome_classes = {};
  std::vector<Mix> mixes = {};
  std::vector<Table> tables = {};
  std::uint32_t priorities = 1;  // classes of connections
  std::optional<Reconnect> reconnect = std::nullopt;
  bool sized = false;  // a departure with a size has so many bytes of its message
};

// Why a program cannot run: `step` is the index of the step at fault, or -1 for a fault of the whole.
struct ProgramFault {
  std::int64_t step;
  const char* reason;
};

}  // namespace mcc

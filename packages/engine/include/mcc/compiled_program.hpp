#pragma once
// A program in the form that the engine runs: one small operation per step, with everything worked out beforehand that
// does not depend on the connection.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mcc/program.hpp"

namespace mcc {

// A patch within a burst.
struct Field {
  Patch::Kind kind;
  Patch::Encoding encoding;
  std::uint8_t width;
  std::uint32_t message;  // which of the burst's messages it belongs to, from 0
  std::uint32_t offset;   // within the burst
  std::uint32_t salt;     // tells the random fields of a message apart
  std::uint32_t from;     // length: the first byte of what is measured
  std::uint64_t below;    // random: bound, or 0 for none
  std::uint32_t table;    // table: which,
  const Column* column;   // its column,
  bool at_random;         // and how its row is picked
};

// Bytes that leave together: one message, or several consecutive `send` steps back to back.
struct Burst {
  const std::byte* data;  // stable as long as the compiled program
  std::uint32_t size;
  std::uint32_t messages;
  std::span<const Field> fields;  // by offset; empty: `data` is sent as it is
  bool varies;                    // in length: `size` is that of `data`
};

inline constexpr std::uint32_t kNone = UINT32_MAX;

// What may stand in one place of a batch.
struct Choice {
  std::uint32_t burst;            // of this message alone
  std::uint32_t framing = kNone;  // of its reply; kNone: as the expect says
  std::uint64_t threshold = 0;    // of what falls on this choice, the share of 2^64 that stays with it;
  std::uint32_t alias = 0;        // the rest goes to this one
  RequestClass request_class = std::nullopt;
};

using Place = std::vector<Choice>;

// Messages that leave together, and of which more is to be known than their bytes.
struct Batch {
  std::uint32_t burst;                // all of them, when they are always the same; otherwise kNone
  std::vector<std::uint32_t> places;  // one for each message: index of the place
};

struct Op {
  enum class Kind : std::uint8_t {
    burst,
    answer,
    expect,
    expect_none,
    receive,
    echo,
    wait,
    jump,        // repeat for ever
    jump_times,  // repeat finitely
    close,
    close_last,
    handler,
    end,
  };
  Kind kind = Kind::end;
  // burst: `index` is of a batch; expect: it reads the reply to one of a batch.
  bool batched = false;
  // The burst that may be partly sent when a session stops here: that of this earlier operation.
  std::uint16_t sender = 0;
  // jump, jump_times: where to; receive: 1 + where a message says when it was sent, or 0.
  std::uint16_t target = 0;
  // Before this operation; a client's: sent and not yet replied to, a server's: read and not yet answered.
  std::uint16_t outstanding = 0;
  // burst, answer: how many a client's starts, a server's completes. Server's expect: 1 if an answer is to follow.
  std::uint16_t requests = 0;
  // burst: index of the burst, or of the batch; answer: of the first of four; expect: of the framing; wait: of the
  // wait; jump_times: how often.
  std::uint32_t index = 0;
};
static_assert(sizeof(Op) <= 16);

struct CompiledProgram {
  Role role = Role::client;
  bool has_handler = false;
  bool has_finite_repeat = false;
  std::size_t classes = 0;
  std::uint32_t priorities = 1;
  std::optional<Reconnect> reconnect = std::nullopt;
  bool sized = false;
  std::vector<Op> ops;
  std::vector<Burst> bursts;
  std::vector<Batch> batches;
  std::vector<Place> places;
  std::vector<RequestClass> outcome_classes;  // by outcome; empty: none has one
  std::vector<Framing> framings;              // each kind once
  std::vector<Wait> waits;

  // What the bursts point into.
  std::vector<std::vector<std::byte>> storage;
  std::vector<std::vector<Field>> fields;
  std::vector<Table> tables;
};

}  // namespace mcc

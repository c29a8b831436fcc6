#pragma once
// Commands and events across the native boundary; packages/core/src/contracts/batch.ts describes the same records.

#include <cstdint>

namespace mcc {

struct Record {
  std::uint16_t op;
  std::uint16_t code;
  std::uint32_t slot;
  std::uint32_t generation;
  std::uint32_t length;  // of the payload that follows, padded to 8 bytes
};
static_assert(sizeof(Record) == 16);

enum class Command : std::uint16_t {
  connect = 1,
  load = 2,
  drain = 3,
  abort = 4,
  send = 16,
  request = 17,
  complete = 18,
  fail = 19,
  close = 20,
};

enum class Event : std::uint16_t { open = 1, data = 2, closed = 3 };

inline constexpr std::uint16_t kClosedByUs = 0;
inline constexpr std::uint16_t kClosedByPeer = 1;
inline constexpr std::uint16_t kClosedErrorBase = 256;

}  // namespace mcc

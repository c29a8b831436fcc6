#pragma once
// What can go wrong with one connection or request. The numbers are those of the table in
// packages/core/src/errors.ts, and index the error counters of the stats block.

#include <cstdint>

namespace mcc {

enum class Error : std::uint8_t {
  none = 0,
  connect_refused = 1,
  connect_timeout = 2,
  unreachable = 3,
  connection_reset = 4,
  closed_early = 5,
  reply_timeout = 6,
  bad_reply = 7,
  body_mismatch = 8,
  unexpected_status = 9,
  ports_exhausted = 10,
  no_neighbour = 11,
  file_limit = 12,
  no_memory = 13,
  address_unavailable = 14,
  not_permitted = 15,
  send_buffer_full = 16,
  handler = 17,
  socket = 18,
};

inline constexpr std::uint8_t kErrorNumberMax = 18;

}  // namespace mcc

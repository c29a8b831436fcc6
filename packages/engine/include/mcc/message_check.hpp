#pragma once
// Whether the messages of a program, and the tables that they take values from, are sound.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "mcc/message_render.hpp"
#include "mcc/program.hpp"

namespace mcc {

inline constexpr std::size_t kBurstBytesMax = 0x7fffffff;
inline constexpr std::size_t kMixMax = 65'536;

inline const char* table_fault(const Table& table) {
  if (table.columns.empty()) return "it has a table without columns";
  const std::size_t rows = table.columns[0].ends.size();
  if (rows == 0) return "it has a table without rows";
  for (const Column& column : table.columns) {
    if (column.ends.size() != rows) return "it has a table with columns of different lengths";
    if (!std::is_sorted(column.ends.begin(), column.ends.end()) || column.ends.back() != column.bytes.size()) {
      return "it has a table whose values do not end one after the other";
    }
  }
  return nullptr;
}

namespace detail {

inline const char* width_fault(const Patch& patch) {
  if (patch.kind == Patch::Kind::table) return patch.width == 0 ? nullptr : "has a patch from a table with a width";
  switch (patch.encoding) {
    case Patch::Encoding::decimal:
      return patch.width <= 20 ? nullptr : "has a decimal patch that is wider than 20";
    case Patch::Encoding::hex:
      return patch.width <= 16 ? nullptr : "has a hex patch that is wider than 16";
    case Patch::Encoding::big:
    case Patch::Encoding::little:
      break;
  }
  const bool fits = patch.width == 1 || patch.width == 2 || patch.width == 4 || patch.width == 8;
  return fits ? nullptr : "has a binary patch that is not 1, 2, 4 or 8 wide";
}

inline const char* value_fault(const Program& program, const Message& message, const Patch& patch) {
  if (patch.kind == Patch::Kind::table) {
    const bool there = patch.table < program.tables.size() && patch.column < program.tables[patch.table].columns.size();
    return there ? nullptr : "has a patch from a column that there is not";
  }
  if (patch.kind == Patch::Kind::length && (patch.from <= patch.offset || patch.from > message.bytes.size())) {
    return "has a length that does not stand before what it measures";
  }
  return nullptr;
}

}  // namespace detail

// To follow "step n".
inline const char* message_fault(const Program& program, std::uint32_t index) {
  if (index >= program.messages.size()) return "sends a message that there is not";
  const Message& message = program.messages[index];
  if (message.bytes.empty()) return "sends an empty message";
  if (message.bytes.size() > kBurstBytesMax) return "sends a message of 2 GiB or more";
  if (program.role == Role::server && varies(message)) {
    return "sends a message that varies in length, which only a client does";
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> taken;
  for (const Patch& patch : message.patches) {
    if (const char* reason = detail::width_fault(patch)) return reason;
    if (const char* reason = detail::value_fault(program, message, patch)) return reason;
    const std::uint64_t end = std::uint64_t{patch.offset} + patch.width;
    if (end > message.bytes.size()) return "sends a message with a patch outside it";
    taken.emplace_back(patch.offset, end);
  }
  std::sort(taken.begin(), taken.end());
  for (std::size_t i = 1; i < taken.size(); ++i) {
    if (taken[i].first < taken[i - 1].second) return "sends a message with patches that overlap";
  }
  return nullptr;
}

}  // namespace mcc

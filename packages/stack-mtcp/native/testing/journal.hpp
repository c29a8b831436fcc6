#pragma once
// A handler that writes down what a stack reports, by slot.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcc/stack.hpp"

namespace mcc::testing {

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

// `size` bytes that tell where they are.
inline std::string pattern(std::size_t size, unsigned salt = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251 + salt) % 26);
  return text;
}

class Journal : public Unpaced {
 public:
  struct Entry {
    int connected = 0, accepted = 0, peer_closed = 0, writable = 0, closed = 0;
    Error reason = Error::none;
    std::string data;
  };

  explicit Journal(std::size_t slots) : entries(slots) {}

  void on_connected(Slot slot, Nanos) {
    ++entries[slot].connected;
    ++connected;
    if (at_connected) at_connected(slot);
  }
  void on_accepted(Slot slot, Nanos) {
    entries[slot] = {};
    ++entries[slot].accepted;
    ++accepted;
    last_accepted = slot;
    if (at_accepted) at_accepted(slot);
  }
  void on_data(Slot slot, Bytes bytes, Nanos) {
    CHECK_FALSE(bytes.empty());
    CHECK(entries[slot].peer_closed == 0);
    entries[slot].data.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (room > 0) --room;
    if (at_data) at_data(slot);
  }
  void on_writable(Slot slot, Nanos) {
    ++entries[slot].writable;
    if (at_writable) at_writable(slot);
  }
  void on_peer_closed(Slot slot, Nanos) {
    ++entries[slot].peer_closed;
    if (at_peer_closed) at_peer_closed(slot);
  }
  void on_closed(Slot slot, Error reason, Nanos) {
    ++entries[slot].closed;
    ++closed;
    entries[slot].reason = reason;
    if (at_closed) at_closed(slot);
  }
  bool full() const { return room == 0; }

  std::vector<Entry> entries;
  std::uint32_t connected = 0, accepted = 0, closed = 0;
  Slot last_accepted = 0;
  std::int64_t room = -1;  // deliveries until full; negative: never
  std::function<void(Slot)> at_connected, at_accepted, at_data, at_writable, at_peer_closed, at_closed;
};

}  // namespace mcc::testing

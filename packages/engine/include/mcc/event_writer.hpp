#pragma once
// Events for the protocol's handlers, written to the buffer that the worker reads after each poll.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "mcc/batch.hpp"
#include "mcc/stack.hpp"

namespace mcc {

// The most bytes that a stack delivers at once.
inline constexpr std::size_t kDeliveryMax = 64 * 1024;
// Room that must be left before a stack may deliver: its data, and what may follow it on the same connection.
inline constexpr std::size_t kEventRoomMin = kDeliveryMax + 4 * sizeof(Record);
inline constexpr std::size_t kEventBytesMin = 2 * kEventRoomMin;

class EventWriter {
 public:
  explicit EventWriter(std::span<std::byte> buffer) noexcept : buffer_(buffer) {}

  // Starts a new batch; the worker has read the last one.
  void clear() noexcept { used_ = 0; }
  std::size_t used() const noexcept { return used_; }
  bool full() const noexcept { return buffer_.size() - used_ < kEventRoomMin; }

  // False, and nothing written, when there is no room.
  bool put(Event event, std::uint16_t code, Slot slot, std::uint32_t generation, Bytes payload = {}) noexcept {
    const std::size_t padded = (payload.size() + 7) / 8 * 8;
    if (buffer_.size() - used_ < sizeof(Record) + padded) return false;
    const Record record{static_cast<std::uint16_t>(event), code, slot, generation,
                        static_cast<std::uint32_t>(payload.size())};
    std::memcpy(buffer_.data() + used_, &record, sizeof record);
    if (!payload.empty()) std::memcpy(buffer_.data() + used_ + sizeof record, payload.data(), payload.size());
    used_ += sizeof record + padded;
    return true;
  }

 private:
  std::span<std::byte> buffer_;
  std::size_t used_ = 0;
};

}  // namespace mcc

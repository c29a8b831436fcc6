#pragma once
// Two ports joined in memory: what one transmits the other receives, with one pool of buffers for both. For tests, and
// for measuring the stack with no device and no second core in the way.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "port/port.hpp"

namespace mcc::port {

class MemoryLink;

// One end of a MemoryLink, which outlives it.
class MemoryPort {
 public:
  struct Buffer {
    std::byte* data;
    std::uint32_t length;  // of a received frame, or the room of an allocated one
    ChecksumState checksum;
  };
  using Packet = Buffer*;

  const Capabilities& capabilities() const noexcept { return capabilities_; }
  Capabilities& configure() noexcept { return capabilities_; }

  inline std::size_t receive(std::span<Packet> burst);
  std::span<std::byte> frame(Packet packet) noexcept { return {packet->data, packet->length}; }
  void trim(Packet packet, std::size_t length) noexcept { packet->length = static_cast<std::uint32_t>(length); }
  ChecksumState checksum_state(Packet packet) const noexcept { return packet->checksum; }
  inline void release(Packet packet) noexcept;
  inline Packet allocate() noexcept;
  inline void transmit(Packet packet, std::size_t length, bool offload, std::uint16_t ip_offset);
  inline bool congested() const noexcept;
  inline void flush();
  void wait(std::uint64_t) noexcept {}
  Counters counters() const noexcept { return counters_; }
  Headroom headroom() const noexcept { return {}; }  // its bounds are for tests

 private:
  friend class MemoryLink;
  MemoryLink* link_ = nullptr;
  Capabilities capabilities_;
  std::vector<Packet> queued_;    // transmitted, not yet flushed
  std::vector<Packet> arriving_;  // from head_ on
  std::size_t head_ = 0;
  MemoryPort* peer_ = nullptr;
  Counters counters_;
};

class MemoryLink {
 public:
  // `buffers` for both directions together, of `size` bytes each; `ring`: most frames on their way in one direction,
  // half of it for those that do not wait when they are asked to.
  explicit MemoryLink(std::size_t buffers = 1024, std::size_t size = 2048, std::size_t ring = 1024)
      : size_(static_cast<std::uint32_t>(size)), ring_(ring), memory_(buffers * size), buffers_(buffers) {
    free_.reserve(buffers);
    for (std::size_t i = 0; i < buffers; ++i) {
      buffers_[i].data = memory_.data() + i * size;
      free_.push_back(&buffers_[i]);
    }
    for (MemoryPort* end : {&left, &right}) {
      end->link_ = this;
      end->queued_.reserve(ring);
      end->arriving_.reserve(ring);
    }
    left.peer_ = &right;
    right.peer_ = &left;
    left.capabilities_.mac = {2, 0, 0, 0, 0, 1};
    right.capabilities_.mac = {2, 0, 0, 0, 0, 2};
  }
  MemoryLink(const MemoryLink&) = delete;
  MemoryLink& operator=(const MemoryLink&) = delete;

  // Buffers in nobody's hands: all of them, once everything was released.
  std::size_t free_buffers() const noexcept { return free_.size(); }

  MemoryPort left;
  MemoryPort right;

 private:
  friend class MemoryPort;
  std::uint32_t size_;
  std::size_t ring_;
  std::vector<std::byte> memory_;
  std::vector<MemoryPort::Buffer> buffers_;
  std::vector<MemoryPort::Packet> free_;
};

std::size_t MemoryPort::receive(std::span<Packet> burst) {
  const std::size_t count = std::min(burst.size(), arriving_.size() - head_);
  std::copy_n(arriving_.begin() + static_cast<std::ptrdiff_t>(head_), count, burst.begin());
  head_ += count;
  if (head_ == arriving_.size()) {
    arriving_.clear();
    head_ = 0;
  }
  counters_.rx_packets += count;
  for (std::size_t i = 0; i < count; ++i) counters_.rx_bytes += burst[i]->length;
  return count;
}

void MemoryPort::release(Packet packet) noexcept { link_->free_.push_back(packet); }

MemoryPort::Packet MemoryPort::allocate() noexcept {
  if (link_->free_.empty()) {
    ++counters_.no_buffer;
    return nullptr;
  }
  const Packet packet = link_->free_.back();
  link_->free_.pop_back();
  packet->length = link_->size_;
  packet->checksum = ChecksumState::unknown;
  return packet;
}

void MemoryPort::transmit(Packet packet, std::size_t length, bool offload, std::uint16_t) {
  packet->length = static_cast<std::uint32_t>(length);
  // A wire in memory breaks nothing: an offloaded checksum is never computed, only vouched for, as virtio does it.
  if (offload) packet->checksum = ChecksumState::good;
  queued_.push_back(packet);
}

bool MemoryPort::congested() const noexcept {
  return peer_->arriving_.size() - peer_->head_ + queued_.size() >= link_->ring_ / 2;
}

void MemoryPort::flush() {
  for (const Packet packet : queued_) {
    if (peer_->arriving_.size() - peer_->head_ >= link_->ring_) {
      ++counters_.tx_dropped;
      release(packet);
      continue;
    }
    ++counters_.tx_packets;
    counters_.tx_bytes += packet->length;
    peer_->arriving_.push_back(packet);
  }
  queued_.clear();
}

static_assert(Port<MemoryPort>);

}  // namespace mcc::port

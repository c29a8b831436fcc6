#pragma once
// The shared memory of one memif connection. Queues hold it jointly: it is unmapped when the last of them has let go,
// so that a peer's end never takes memory from under a burst.

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "port/memif/channel.hpp"
#include "port/memif/wire.hpp"

namespace mcc::port::memif {

struct Region {
  std::byte* base = nullptr;
  std::uint64_t size = 0;
  Fd memory;
};

struct RingPlace {
  std::uint16_t region = 0;
  std::uint32_t offset = 0;
  std::uint8_t bits = 0;
  Fd wake;  // the reader's eventfd
};

class Mapping {
 public:
  Mapping() = default;
  ~Mapping() {
    for (const Region& region : regions_) munmap(region.base, region.size);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::vector<RingPlace> to_server;
  std::vector<RingPlace> to_client;
  std::uint32_t buffer_bytes = 0;  // a client's: of each descriptor's buffer

  const std::vector<Region>& regions() const noexcept { return regions_; }

  // Maps memory that the peer has sent. False for what could not be relied on: memory that is shorter than was said,
  // or that could be cut short later, when touching it would end this process.
  bool add_region(Fd memory, std::uint64_t size) {
    struct stat status {};
    if (regions_.size() == kRegionsMax || !memory || size == 0 || fstat(memory.get(), &status) != 0) return false;
    if (static_cast<std::uint64_t>(status.st_size) < size) return false;
    const int seals = fcntl(memory.get(), F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) return false;
    return map(std::move(memory), size);
  }

  // The ring at a place, or nullptr when it does not lie within its region or is none.
  Ring* ring(const RingPlace& place) const noexcept {
    if (place.region >= regions_.size() || place.bits > kRingBitsMax || place.offset % alignof(Descriptor) != 0) {
      return nullptr;
    }
    const Region& region = regions_[place.region];
    if (place.offset + Ring::bytes(place.bits) > region.size) return nullptr;
    auto* const ring = reinterpret_cast<Ring*>(region.base + place.offset);
    return ring->cookie == kCookie ? ring : nullptr;
  }

  // A client's: one region that holds `queues` rings each way and then a buffer for every descriptor. Null when there
  // is no memory.
  static std::shared_ptr<Mapping> create(std::uint16_t queues, std::uint8_t bits, std::uint32_t buffer_bytes) {
    auto mapping = std::make_shared<Mapping>();
    mapping->buffer_bytes = buffer_bytes;
    const std::size_t ring_bytes = Ring::bytes(bits);
    const std::size_t buffers_at = 2 * queues * ring_bytes;
    const std::size_t slots = std::size_t{1} << bits;
    const std::uint64_t size = buffers_at + 2 * queues * slots * buffer_bytes;
    Fd memory(memfd_create("mcc-memif", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || size > UINT32_MAX || ftruncate(memory.get(), static_cast<off_t>(size)) != 0) return nullptr;
    if (fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK) != 0 || !mapping->map(std::move(memory), size)) return nullptr;
    for (std::size_t i = 0; i < 2u * queues; ++i) {
      const bool towards_server = i < queues;
      auto& places = towards_server ? mapping->to_server : mapping->to_client;
      places.push_back(
          {0, static_cast<std::uint32_t>(i * ring_bytes), bits, Fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))});
      auto* const ring = reinterpret_cast<Ring*>(mapping->regions_[0].base + i * ring_bytes);
      ring->cookie = kCookie;
      ring->flags = Ring::kNoInterrupts;  // both sides poll
      for (std::size_t slot = 0; slot < slots; ++slot) {
        const std::size_t buffer = buffers_at + (i * slots + slot) * buffer_bytes;
        ring->descriptors[slot] = {0, 0, buffer_bytes, static_cast<std::uint32_t>(buffer), 0};
      }
    }
    return mapping;
  }

 private:
  bool map(Fd memory, std::uint64_t size) {
    void* const base = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
    if (base == MAP_FAILED) return false;
    regions_.push_back({static_cast<std::byte*>(base), size, std::move(memory)});
    return true;
  }

  std::vector<Region> regions_;
};

}  // namespace mcc::port::memif

#pragma once
// One queue of a memif, as a port: frames through memory shared with another process, at the speed of the cores'
// caches. Needs neither privileges nor hugepages nor DPDK, and speaks to anything that knows memif 2.0.
//
// Frames are copied out of and into the shared buffers, so that a packet can be kept without stopping the ring.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "port/memif/link.hpp"
#include "port/packet_pool.hpp"
#include "port/port.hpp"

namespace mcc::port {

class MemifPort {
 public:
  using Packet = PacketPool::Buffer*;

  struct Options {
    std::uint16_t queue = 0;
    bool server = false;
    std::size_t buffers = 16384;
    std::size_t room = 2048;  // bytes of the largest frame
    Mac mac{};
    std::uint16_t mtu = 1500;
  };

  MemifPort(std::shared_ptr<memif::Link> link, const Options& options)
      : link_(std::move(link)),
        queue_(options.queue),
        server_(options.server),
        buffers_of_largest_((options.room + memif::kBufferBytes - 1) / memif::kBufferBytes),
        pool_(options.buffers, options.room),
        waiting_(options.buffers / 2),
        send_queue_{waiting_.size(), waiting_.size()} {
    capabilities_.mac = options.mac;
    capabilities_.mtu = options.mtu;
    service(false);
  }

  const Capabilities& capabilities() const noexcept { return capabilities_; }
  std::span<std::byte> frame(Packet packet) noexcept { return {packet->data(), packet->length}; }
  void trim(Packet packet, std::size_t length) noexcept { packet->length = static_cast<std::uint32_t>(length); }
  ChecksumState checksum_state(Packet) const noexcept { return ChecksumState::unknown; }
  void release(Packet packet) noexcept { pool_.give(packet); }
  void wait(std::uint64_t) noexcept {}  // polled: there is nothing to sleep on
  Counters counters() const noexcept { return counters_; }
  Headroom headroom() const noexcept { return {{pool_.size(), pool_.least_free()}, send_queue_, receive_ring_}; }
  bool up() const noexcept { return in_.ring != nullptr; }

  Packet allocate() noexcept {
    const Packet packet = pool_.take();
    if (packet == nullptr) ++counters_.no_buffer;
    return packet;
  }

  std::size_t receive(std::span<Packet> burst) {
    if (++polls_ % (up() ? kServiceEvery : kServiceWhileDown) == 0) service(!burst.empty());
    if (!up()) return 0;
    // The peer writes the index all the time: it is not looked at while there is a burst without.
    auto ready = static_cast<std::uint16_t>(in_.limit - in_.next);
    if (ready < burst.size()) {
      in_.limit = peer_index(in_);
      ready = static_cast<std::uint16_t>(in_.limit - in_.next);
    }
    if (ready == 0) return 0;
    // Full, as far as a sender is concerned: there is no room for its largest frame.
    receive_ring_.note(ready + buffers_of_largest_ > in_.size ? in_.size : ready);
    prefetch(std::min<std::size_t>(ready, burst.size()));
    std::size_t count = 0;
    std::uint16_t taken = 0;
    while (taken < ready && count < burst.size()) {
      const Packet packet = allocate();
      if (packet == nullptr) break;
      const std::uint16_t pieces = copy_in(*packet, taken, ready);
      taken = static_cast<std::uint16_t>(taken + pieces);
      if (pieces != 0 && packet->length != 0) {
        counters_.rx_bytes += packet->length;
        burst[count++] = packet;
        continue;
      }
      pool_.give(packet);
      if (pieces == 0) {
        if (taken == 0) in_.limit = in_.next;  // there may be more of it by the next time
        break;
      }
      ++counters_.rx_dropped;
    }
    counters_.rx_packets += count;
    hand_back(taken);
    return count;
  }

  // What the ring has no room for waits, in order, up to a bound.
  void transmit(Packet packet, std::size_t length, bool, std::uint16_t) {
    packet->length = static_cast<std::uint32_t>(length);
    if (out_.ring == nullptr || waiting_count_ == waiting_.size()) {
      ++counters_.tx_dropped;
      pool_.give(packet);
    } else if (waiting_count_ == 0 && has_room(length)) {
      copy_out(packet);
    } else {
      waiting_[(waiting_first_ + waiting_count_++) % waiting_.size()] = packet;
    }
  }

  bool congested() const noexcept { return waiting_count_ > 0; }

  void flush() noexcept {
    if (out_.ring == nullptr) return;
    if (waiting_count_ > 0) send_queue_.note(waiting_count_);  // it grows from flush to flush
    while (waiting_count_ > 0 && has_room(waiting_[waiting_first_]->length)) copy_out(take_waiting());
    if (out_.next == out_.published) return;
    store(own_index(out_), out_.next);
    out_.published = out_.next;
    const auto flags = std::atomic_ref(out_.ring->flags).load(std::memory_order_relaxed);
    if ((flags & memif::Ring::kNoInterrupts) == 0) wake();
  }

 private:
  // Polls between two looks at the control channel, each of which is a system call: some milliseconds where there is
  // little to do, and a tenth of a second under load.
  static constexpr std::uint32_t kServiceEvery = 8192;
  static constexpr std::uint32_t kServiceWhileDown = 64;
  static constexpr std::uint16_t kWriteAhead = 16;

  // One direction of the queue. Indices run freely modulo 2^16.
  struct Side {
    memif::Ring* ring = nullptr;
    std::uint16_t size = 0;
    std::uint16_t next = 0;       // the first descriptor not yet dealt with
    std::uint16_t published = 0;  // outgoing: ... as the peer knows it
    std::uint16_t limit = 0;      // the first that is not there, or not free, as of the last look
    int wake = -1;

    memif::Descriptor& descriptor(std::uint16_t index) const noexcept { return ring->descriptors[index & (size - 1)]; }
  };

  struct Memory {
    std::byte* base;
    std::uint64_t size;
  };

  // Looks after the connection, and takes up or lets go of its memory. `taking`: frames are about to be received.
  void service(bool taking) {
    link_->service(monotonic_now());
    const std::uint32_t epoch = link_->epoch();
    if (epoch == epoch_) return;
    // What the peer sent before it went comes first, unless answers wait for a ring that nobody empties any more. There
    // cannot be more of it than the ring holds: a peer that left half a frame, or goes on writing, makes way.
    if (up() && waiting_count_ == 0 && left_over_ > 0 && peer_index(in_) != in_.next) {
      if (taking) --left_over_;
      --polls_;
      return;
    }
    epoch_ = epoch;
    in_ = out_ = {};
    drop_waiting();
    regions_.clear();
    mapping_ = link_->mapping();
    if (!mapping_ || queue_ >= mapping_->to_server.size() || queue_ >= mapping_->to_client.size()) return;
    for (const memif::Region& region : mapping_->regions()) regions_.push_back({region.base, region.size});
    in_ = side(server_ ? mapping_->to_server[queue_] : mapping_->to_client[queue_]);
    out_ = side(server_ ? mapping_->to_client[queue_] : mapping_->to_server[queue_]);
    if (receive_ring_.size != in_.size) receive_ring_ = {in_.size, in_.size};
    std::atomic_ref(in_.ring->flags).store(memif::Ring::kNoInterrupts, std::memory_order_relaxed);
    left_over_ = in_.size;
    // A client's buffers are on offer from here on, and not before: DPDK's server zeroes both indices as it connects.
    if (!server_) store(own_index(in_), in_.size);
  }

  // Every connection begins with fresh rings: all indices are 0, but for what the peer has done meanwhile.
  Side side(const memif::RingPlace& place) const {
    Side result;
    result.ring = mapping_->ring(place);
    result.size = static_cast<std::uint16_t>(1u << place.bits);
    result.wake = place.wake.get();
    return result;
  }

  // The client moves heads, the server tails.
  std::uint16_t& own_index(const Side& side) const noexcept { return server_ ? side.ring->tail : side.ring->head; }
  std::uint16_t peer_index(const Side& side) const noexcept {
    return std::atomic_ref(server_ ? side.ring->head : side.ring->tail).load(std::memory_order_acquire);
  }
  static void store(std::uint16_t& index, std::uint16_t value) noexcept {
    std::atomic_ref(index).store(value, std::memory_order_release);
  }

  // The buffer of a descriptor, or nullptr when the peer wrote nonsense into it. Wants a copy: the peer may change what
  // lies in the ring between the check and the use.
  std::byte* buffer(const memif::Descriptor& at, std::uint32_t length) const noexcept {
    if (at.region >= regions_.size() || std::uint64_t{at.offset} + length > regions_[at.region].size) return nullptr;
    return regions_[at.region].base + at.offset;
  }

  void prefetch(std::size_t count) const noexcept {
    for (std::size_t i = 0; i < count; ++i) {
      const memif::Descriptor at = in_.descriptor(static_cast<std::uint16_t>(in_.next + i));
      if (const std::byte* const bytes = buffer(at, 0)) {
        __builtin_prefetch(bytes);
        __builtin_prefetch(bytes + 64);
        if (at.length > 128) __builtin_prefetch(bytes + 128);
      }
    }
  }

  // Copies the frame that begins `taken` descriptors ahead, and returns how many it is made of; 0 when it is not whole
  // yet. A frame without length is one that cannot be used.
  std::uint16_t copy_in(PacketPool::Buffer& packet, std::uint16_t taken, std::uint16_t ready) const noexcept {
    packet.length = 0;
    bool usable = true;
    for (std::uint16_t piece = 0; taken + piece < ready; ++piece) {
      const memif::Descriptor at = in_.descriptor(static_cast<std::uint16_t>(in_.next + taken + piece));
      const std::byte* const bytes = buffer(at, at.length);
      usable = usable && bytes != nullptr && at.length <= pool_.room() - packet.length;
      if (usable) {
        std::memcpy(packet.data() + packet.length, bytes, at.length);
        packet.length += at.length;
      }
      if ((at.flags & memif::Descriptor::kNext) != 0) continue;
      if (!usable) packet.length = 0;
      return static_cast<std::uint16_t>(piece + 1);
    }
    return 0;
  }

  // A client's descriptors go back as empty buffers, a server's as frames taken.
  void hand_back(std::uint16_t taken) noexcept {
    if (taken == 0) return;
    if (!server_) {
      for (std::uint16_t i = 0; i < taken; ++i) {
        memif::Descriptor& at = in_.descriptor(static_cast<std::uint16_t>(in_.next + i));
        at.length = mapping_->buffer_bytes;
        at.flags = 0;
      }
    }
    in_.next = static_cast<std::uint16_t>(in_.next + taken);
    store(own_index(in_), static_cast<std::uint16_t>(in_.next + (server_ ? 0 : in_.size)));
  }

  // Copies a packet into the ring, over as many buffers as it takes, and gives it back to the pool.
  void copy_out(Packet packet) noexcept {
    const std::uint16_t first = out_.next;
    std::uint32_t done = 0;
    do {
      const memif::Descriptor offered = out_.descriptor(out_.next);
      const std::uint32_t piece = std::min(room_of(offered), packet->length - done);
      std::byte* const bytes = buffer(offered, piece);
      if (out_.next == out_.limit || bytes == nullptr || piece == 0) break;
      std::memcpy(bytes, packet->data() + done, piece);
      done += piece;
      put_out(piece, done < packet->length);
    } while (done < packet->length);
    if (done == packet->length) {
      ++counters_.tx_packets;
      counters_.tx_bytes += done;
    } else {
      out_.next = first;
      ++counters_.tx_dropped;
    }
    pool_.give(packet);
  }

  // A server writes into what the client offers, a client into buffers that never change.
  std::uint32_t room_of(const memif::Descriptor& offered) const noexcept {
    return server_ ? offered.length : mapping_->buffer_bytes;
  }

  // A frame, or the piece of one that is continued, lies in the next buffer of the ring.
  void put_out(std::uint32_t length, bool continued) noexcept {
    memif::Descriptor& at = out_.descriptor(out_.next);
    prefetch_next();
    at.length = length;
    at.flags = continued ? memif::Descriptor::kNext : 0;
    ++out_.next;
  }

  // The peer has read the next buffers, and their lines are in its cache: brings them back for writing in time.
  void prefetch_next() const noexcept {
    const memif::Descriptor& ahead = out_.descriptor(static_cast<std::uint16_t>(out_.next + kWriteAhead));
    __builtin_prefetch(&ahead, 1);
    const memif::Descriptor near = out_.descriptor(static_cast<std::uint16_t>(out_.next + kWriteAhead / 2));
    if (const std::byte* const bytes = buffer(near, 0)) {
      __builtin_prefetch(bytes, 1);
      __builtin_prefetch(bytes + 64, 1);
      __builtin_prefetch(bytes + 128, 1);
    }
  }

  // Room for a frame of this length, going by the buffer that comes next.
  bool has_room(std::size_t length) noexcept {
    if (out_.next == out_.limit && !look_for_room()) return false;
    const std::size_t room = std::max(room_of(out_.descriptor(out_.next)), 1u);
    if (length <= room) return true;
    const std::size_t wanted = std::min<std::size_t>((length + room - 1) / room, out_.size);
    return free_buffers() >= wanted || (look_for_room() && free_buffers() >= wanted);
  }
  std::uint16_t free_buffers() const noexcept { return static_cast<std::uint16_t>(out_.limit - out_.next); }
  bool look_for_room() noexcept {
    out_.limit = static_cast<std::uint16_t>(peer_index(out_) + (server_ ? 0 : out_.size));
    return out_.next != out_.limit;
  }

  Packet take_waiting() noexcept {
    const Packet packet = waiting_[waiting_first_];
    waiting_first_ = waiting_first_ + 1 == waiting_.size() ? 0 : waiting_first_ + 1;
    --waiting_count_;
    return packet;
  }

  void drop_waiting() noexcept {
    counters_.tx_dropped += waiting_count_;
    while (waiting_count_ > 0) pool_.give(take_waiting());
  }

  // For a peer that sleeps: DPDK's and VPP's may.
  void wake() const noexcept {
    const std::uint64_t one = 1;
    if (out_.wake >= 0 && write(out_.wake, &one, sizeof one) < 0) return;  // full: it has been woken already
  }

  std::shared_ptr<memif::Link> link_;
  std::shared_ptr<const memif::Mapping> mapping_;
  std::vector<Memory> regions_;
  std::uint16_t queue_;
  bool server_;
  std::uint32_t polls_ = 0;
  std::uint32_t epoch_ = 0;
  Side in_;
  Side out_;
  std::size_t buffers_of_largest_;
  std::uint32_t left_over_ = 0;  // bursts for which a connection that has ended is still read from, at most
  PacketPool pool_;
  std::vector<Packet> waiting_;  // to be transmitted: a ring
  std::size_t waiting_first_ = 0;
  std::size_t waiting_count_ = 0;
  Level send_queue_;
  Level receive_ring_;  // of a client that comes later with a ring of another size, its own
  Capabilities capabilities_;
  Counters counters_;
};

static_assert(Port<MemifPort>);

}  // namespace mcc::port

#pragma once
// One queue of a DPDK device, as a port. With dpdk_device.hpp and eal/ the only files that include DPDK.

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "port/port.hpp"

namespace mcc::port {

class DpdkPort {
 public:
  using Packet = rte_mbuf*;

  // The device is configured and started, and the pool is the queue's own. Both outlive the port.
  DpdkPort(std::uint16_t device, std::uint16_t queue, rte_mempool* pool, const Capabilities& capabilities)
      : device_(device),
        queue_(queue),
        pool_(pool),
        capabilities_(capabilities),
        packet_buffers_{pool->size, pool->size},
        send_queue_{queued_.size(), queued_.size()} {}

  ~DpdkPort() {
    for (std::uint16_t i = 0; i < queued_count_; ++i) rte_pktmbuf_free(queued_[i]);
  }
  DpdkPort(const DpdkPort&) = delete;
  DpdkPort& operator=(const DpdkPort&) = delete;

  const Capabilities& capabilities() const noexcept { return capabilities_; }

  std::size_t receive(std::span<Packet> burst) noexcept {
    const std::uint16_t count =
        rte_eth_rx_burst(device_, queue_, burst.data(), static_cast<std::uint16_t>(burst.size()));
    for (std::uint16_t i = 0; i < count; ++i) rte_prefetch0(rte_pktmbuf_mtod(burst[i], const void*));
    for (std::uint16_t i = 0; i < count; ++i) counters_.rx_bytes += burst[i]->pkt_len;
    counters_.rx_packets += count;
    return count;
  }

  // A frame in several pieces cannot be seen as one span: its first piece is given, and fails its length checks.
  std::span<std::byte> frame(Packet packet) noexcept {
    return {rte_pktmbuf_mtod(packet, std::byte*), packet->data_len};
  }

  void trim(Packet packet, std::size_t length) noexcept {
    packet->data_len = static_cast<std::uint16_t>(length);
    packet->pkt_len = static_cast<std::uint32_t>(length);
  }

  ChecksumState checksum_state(Packet packet) const noexcept {
    if (!capabilities_.receive_checksum) return ChecksumState::unknown;
    const std::uint64_t ip = packet->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    const std::uint64_t tcp = packet->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
    if (ip == RTE_MBUF_F_RX_IP_CKSUM_BAD || tcp == RTE_MBUF_F_RX_L4_CKSUM_BAD) return ChecksumState::bad;
    if (ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD && tcp == RTE_MBUF_F_RX_L4_CKSUM_GOOD) return ChecksumState::good;
    return ChecksumState::unknown;
  }

  void release(Packet packet) noexcept { rte_pktmbuf_free(packet); }

  Packet allocate() noexcept {
    const Packet packet = rte_pktmbuf_alloc(pool_);
    if (packet == nullptr) {
      ++counters_.no_buffer;
      packet_buffers_.least_free = 0;
      return nullptr;
    }
    packet->data_len = rte_pktmbuf_tailroom(packet);  // frame() spans all the room there is
    return packet;
  }

  void transmit(Packet packet, std::size_t length, bool offload, std::uint16_t ip_offset) noexcept {
    trim(packet, length);
    if (offload) {
      packet->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_TCP_CKSUM;
      packet->l2_len = ip_offset & 0x7f;  // a field of 7 bits
      packet->l3_len = 20;
    }
    if (queued_count_ == queued_.size()) {
      ++counters_.tx_dropped;
      rte_pktmbuf_free(packet);
      return;
    }
    counters_.tx_bytes += length;
    queued_[queued_count_++] = packet;
    if (queued_count_ >= kBurst && !congested_) flush();
  }

  bool congested() const noexcept { return congested_; }

  // What a full ring has no room for stays for the next time.
  void flush() noexcept {
    if (congested_) send_queue_.note(queued_count_);  // it grows from flush to flush
    std::uint16_t sent = 0;
    for (std::uint16_t taken = 1; taken > 0 && sent < queued_count_; sent = static_cast<std::uint16_t>(sent + taken)) {
      taken = rte_eth_tx_burst(device_, queue_, &queued_[sent], static_cast<std::uint16_t>(queued_count_ - sent));
    }
    counters_.tx_packets += sent;
    std::copy(queued_.begin() + sent, queued_.begin() + queued_count_, queued_.begin());
    queued_count_ = static_cast<std::uint16_t>(queued_count_ - sent);
    congested_ = queued_count_ > 0;
  }

  // Poll mode: there is nothing to sleep on.
  void wait(std::uint64_t) noexcept {}

  // What the device itself lost is added by the first queue, for all of them. A call into the driver: not per packet.
  Counters counters() const noexcept {
    Counters all = counters_;
    rte_eth_stats stats{};
    if (queue_ == 0 && rte_eth_stats_get(device_, &stats) == 0) {
      all.rx_dropped += stats.imissed + stats.rx_nombuf + stats.ierrors;
    }
    return all;
  }

  // Between two calls nobody watches the pool but allocate().
  Headroom headroom() noexcept {
    packet_buffers_.least_free = std::min<std::uint64_t>(packet_buffers_.least_free, rte_mempool_avail_count(pool_));
    return {packet_buffers_, send_queue_, {}};
  }

 private:
  static constexpr std::uint16_t kBurst = 64;

  std::uint16_t device_;
  std::uint16_t queue_;
  rte_mempool* pool_;
  Capabilities capabilities_;
  std::array<Packet, 1024> queued_{};
  std::uint16_t queued_count_ = 0;
  bool congested_ = false;  // the last flush left some
  Level packet_buffers_;
  Level send_queue_;
  Counters counters_;
};

static_assert(Port<DpdkPort>);

}  // namespace mcc::port

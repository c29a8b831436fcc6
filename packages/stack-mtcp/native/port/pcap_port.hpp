#pragma once
// Wraps a port and writes every frame, received and transmitted, to a capture file that tcpdump and Wireshark read
// (libpcap's format with nanosecond times).

#include <cstdio>
#include <memory>

#include "mcc/clock.hpp"
#include "port/wrapped_port.hpp"

namespace mcc::port {

template <Port P, Clock C>
class PcapPort : public WrappedPort<P> {
  using WrappedPort<P>::port_;

 public:
  using typename WrappedPort<P>::Packet;

  // Takes over an open file. `epoch`: CLOCK_REALTIME minus CLOCK_MONOTONIC nanoseconds, so that times are of the day.
  PcapPort(P& port, C& clock, std::FILE* file, Nanos epoch)
      : WrappedPort<P>(port), clock_(clock), file_(file), epoch_(epoch) {
    const struct {
      std::uint32_t magic = 0xa1b23c4d;
      std::uint16_t major = 2, minor = 4;
      std::uint32_t zone = 0, accuracy = 0, snap = 262144, link = 1;  // LINKTYPE_ETHERNET
    } header;
    static_assert(sizeof header == 24);
    failed_ = std::fwrite(&header, sizeof header, 1, file) != 1;
  }

  // True once a write failed (a full disk): the capture ends there, the run goes on.
  bool failed() const noexcept { return failed_; }

  std::size_t receive(std::span<Packet> burst) {
    const std::size_t count = port_.receive(burst);
    for (std::size_t i = 0; i < count; ++i) write(port_.frame(burst[i]));
    return count;
  }

  void transmit(Packet packet, std::size_t length, bool offload, std::uint16_t ip_offset) {
    write(port_.frame(packet).first(length));
    port_.transmit(packet, length, offload, ip_offset);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };

  void write(std::span<const std::byte> frame) {
    if (failed_) return;
    const Nanos at = clock_.now() + epoch_;
    const auto length = static_cast<std::uint32_t>(frame.size());
    const std::uint32_t record[4] = {static_cast<std::uint32_t>(at / 1'000'000'000),
                                     static_cast<std::uint32_t>(at % 1'000'000'000), length, length};
    failed_ = std::fwrite(record, sizeof record, 1, file_.get()) != 1 ||
              std::fwrite(frame.data(), 1, length, file_.get()) != length;
  }

  C& clock_;
  std::unique_ptr<std::FILE, Close> file_;
  Nanos epoch_;
  bool failed_ = false;
};

}  // namespace mcc::port

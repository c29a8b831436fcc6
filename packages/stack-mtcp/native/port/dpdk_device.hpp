#pragma once
// A DPDK device by name: plugged in, set up with a queue per worker, started, and taken out again with the last of
// its users.

#include <rte_ethdev.h>
#include <rte_mempool.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "port/port.hpp"

namespace mcc::port {

// What src/port-name.ts makes of one --mtcp.port.
struct DeviceName {
  std::string kind;    // af_packet, af_xdp, tap, pci or vdev
  std::string target;  // the interface, the address or the device, for sentences
  std::string bus;     // vdev or pci
  std::string device;  // as DPDK calls it: net_tap0, 0000:03:00.0
  std::string arguments;
};

struct DeviceOptions {
  std::uint16_t queues = 1;
  std::uint16_t ring = 2048;             // descriptors of each receive and transmit queue, at most
  std::uint32_t buffers = 16384;         // packets of each queue's pool
  std::uint16_t frame_bytes_max = 2048;  // room in a packet
  std::uint16_t mtu = 1500;
  std::optional<Mac> mac;  // instead of the device's own
  bool own_mac = false;    // the device cannot take `mac`: it is given everything, and we look
  std::uint64_t link_wait_ns = 3'000'000'000;
};

class DpdkDevice {
 public:
  // The device, opened by the first worker that asks for it and shared by the others. Thread-safe. Throws Failure.
  static std::shared_ptr<DpdkDevice> acquire(const DeviceName& name, const DeviceOptions& options);

  ~DpdkDevice();
  DpdkDevice(const DpdkDevice&) = delete;
  DpdkDevice& operator=(const DpdkDevice&) = delete;

  std::uint16_t id() const noexcept { return id_; }
  std::string driver() const;
  const Capabilities& capabilities() const noexcept { return capabilities_; }
  rte_mempool* pool(std::uint16_t queue) const { return pools_.at(queue); }

 private:
  DpdkDevice(const DeviceName& name, const DeviceOptions& options);

  void plug();
  void configure();
  void make_pools();
  void set_up_queues(const rte_eth_dev_info& info);
  void set_mac();
  void start();
  bool link_comes_up() const;
  void close() noexcept;

  DeviceName name_;
  DeviceOptions options_;
  std::uint16_t id_ = RTE_MAX_ETHPORTS;
  rte_eth_conf configuration_{};
  Capabilities capabilities_;
  std::vector<rte_mempool*> pools_;
};

}  // namespace mcc::port

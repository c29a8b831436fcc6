// The stack on a queue of a DPDK device.

#include "addon/opened_stack.hpp"
#include "eal/eal.hpp"
#include "port/dpdk_port.hpp"

namespace mcc::addon {
namespace {

class DpdkSource {
 public:
  using Port = port::DpdkPort;

  DpdkSource(const Config& config, TscClock&)
      : config_(config.port),
        registered_(started(config)),
        device_(port::DpdkDevice::acquire(config.port.name, config.port.device)),
        port_(device_->id(), config.port.queue, device_->pool(config.port.queue), device_->capabilities()) {}

  Port& port() { return port_; }

  Facts facts() const {
    return {{"port", config_.name.kind + ":" + config_.name.target},
            {"dpdk", eal::version()},
            {"driver", device_->driver()},
            {"hugepages", eal::on_hugepages()},
            {"mac", mac_text(device_->capabilities().mac)},
            {"mtu", static_cast<double>(device_->capabilities().mtu)},
            {"checksumOffload", device_->capabilities().transmit_tcp_checksum}};
  }

 private:
  static eal::RegisteredThread started(const Config& config) {
    eal::start(config.eal);
    return {};
  }

  PortConfig config_;
  eal::RegisteredThread registered_;
  std::shared_ptr<port::DpdkDevice> device_;
  port::DpdkPort port_;
};

}  // namespace

std::unique_ptr<Port> open_dpdk(const Opening& opening, const Config& config) {
  return open_over<DpdkSource>(opening, config);
}

}  // namespace mcc::addon

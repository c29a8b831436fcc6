// The stack on a queue of a DPDK device: of its own, or one of several whose packets the workers sort out.

#include <map>
#include <mutex>

#include "addon/opened_stack.hpp"
#include "eal/eal.hpp"
#include "port/dpdk_port.hpp"
#include "port/handover_port.hpp"

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

class SharedDpdkSource {
 public:
  using Port = port::HandoverPort<port::DpdkPort>;

  SharedDpdkSource(const Config& config, TscClock& clock)
      : queue_(config, clock), port_(queue_.port(), handover(config), config.port.queue) {}

  Port& port() { return port_; }
  Facts facts() const { return queue_.facts(); }

 private:
  using Shared = port::Handover<port::DpdkPort::Packet>;

  // One for each device, made by the first of its workers.
  static std::shared_ptr<Shared> handover(const Config& config) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<Shared>> known;
    const std::lock_guard lock(mutex);
    std::weak_ptr<Shared>& entry = known[config.port.name.device];
    if (auto shared = entry.lock()) return shared;
    auto shared = std::make_shared<Shared>(config.owners);
    entry = shared;
    return shared;
  }

  DpdkSource queue_;
  Port port_;
};

}  // namespace

std::unique_ptr<Port> open_dpdk(const Opening& opening, const Config& config) {
  if (!config.owners.empty()) return open_over<SharedDpdkSource>(opening, config);
  return open_over<DpdkSource>(opening, config);
}

}  // namespace mcc::addon

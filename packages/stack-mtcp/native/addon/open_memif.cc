// The stack on a queue of a memif.

#include <algorithm>
#include <bit>

#include "addon/opened_stack.hpp"
#include "port/memif_device.hpp"
#include "port/memif_port.hpp"

namespace mcc::addon {
namespace {

class MemifSource {
 public:
  using Port = port::MemifPort;

  MemifSource(const Config& config, TscClock&)
      : config_(config.port), port_(port::MemifDevice::acquire(link_options(config)), port_options(config)) {}

  Port& port() { return port_; }

  Facts facts() const {
    return {{"port", "memif:" + config_.name.target},
            {"driver", std::string("memif")},
            {"mac", mac_text(port_.capabilities().mac)},
            {"mtu", static_cast<double>(port_.capabilities().mtu)},
            {"checksumOffload", false}};
  }

 private:
  static port::memif::LinkOptions link_options(const Config& config) {
    port::memif::LinkOptions options;
    options.path = config.port.name.target;
    options.server = config.stack.server;
    options.queues = config.port.device.queues;
    options.ring_bits = static_cast<std::uint8_t>(std::bit_width(config.port.device.ring) - 1);
    return options;
  }

  static Port::Options port_options(const Config& config) {
    Port::Options options;
    options.queue = config.port.queue;
    options.server = config.stack.server;
    options.buffers = config.port.device.buffers;
    options.room = config.port.device.frame_bytes_max;
    options.mac = config.port.device.mac.value_or(port::Mac{});
    options.mtu = config.port.device.mtu;
    return options;
  }

  PortConfig config_;
  Port port_;
};

}  // namespace

std::unique_ptr<Port> open_memif(const Opening& opening, const Config& config) {
  return open_over<MemifSource>(opening, config);
}

}  // namespace mcc::addon

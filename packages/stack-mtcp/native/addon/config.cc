#include "addon/config.hpp"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>

namespace mcc::addon {
namespace {

std::uint16_t size16(const Napi::Value& value, const std::string& field) {
  const std::uint64_t number = size(value, field);
  if (number > UINT16_MAX) wrong(field, "below 65536");
  return static_cast<std::uint16_t>(number);
}

bool flag(const Napi::Value& value, const std::string& field) {
  if (!value.IsBoolean()) wrong(field, "true or false");
  return value.As<Napi::Boolean>().Value();
}

double fraction(const Napi::Value& value, const std::string& field) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 1)) wrong(field, "from 0 to 1");
  return number;
}

port::Mac mac_from(const Napi::Value& value, const std::string& field) {
  const Napi::Array bytes = array(value, field);
  port::Mac mac{};
  if (bytes.Length() != mac.size()) wrong(field, "six bytes");
  for (std::uint32_t i = 0; i < mac.size(); ++i) mac[i] = static_cast<std::uint8_t>(size(bytes.Get(i), field));
  return mac;
}

net::AddressPool pool_from(const Napi::Value& value, const std::string& field) {
  const Napi::Array ranges = array(value, field);
  std::vector<net::AddressRange> list;
  for (std::uint32_t i = 0; i < ranges.Length(); ++i) {
    const Napi::Array range = array(ranges.Get(i), field);
    list.push_back({size32(range.Get(0u), field), size32(range.Get(1u), field)});
  }
  return net::AddressPool(std::move(list));
}

std::vector<std::string> texts(const Napi::Value& value, const std::string& field) {
  const Napi::Array from = array(value, field);
  std::vector<std::string> list;
  for (std::uint32_t i = 0; i < from.Length(); ++i) list.push_back(text(from.Get(i), field));
  return list;
}

PortConfig port_from(const Napi::Object& from) {
  PortConfig result;
  result.name = {text(from.Get("kind"), "kind"), text(from.Get("target"), "target"), text(from.Get("bus"), "bus"),
                 text(from.Get("device"), "device"), text(from.Get("arguments"), "arguments")};
  result.queue = size16(from.Get("queue"), "queue");
  port::DeviceOptions& device = result.device;
  device.queues = size16(from.Get("queues"), "queues");
  device.ring = size16(from.Get("ring"), "ring");
  device.buffers = size32(from.Get("buffers"), "buffers");
  device.frame_bytes_max = size16(from.Get("frameBytesMax"), "frameBytesMax");
  device.mtu = size16(from.Get("mtu"), "mtu");
  if (!from.Get("mac").IsUndefined()) device.mac = mac_from(from.Get("mac"), "mac");
  device.own_mac = flag(from.Get("ownMac"), "ownMac");
  return result;
}

eal::Options eal_from(const Napi::Object& from) {
  eal::Options result;
  const std::string huge = text(from.Get("huge"), "huge");
  result.huge = huge == "on" ? eal::Huge::on : huge == "off" ? eal::Huge::off : eal::Huge::automatic;
  result.memory_bytes = size(from.Get("memoryBytes"), "memoryBytes");
  result.pci = texts(from.Get("pci"), "pci");
  result.extra = texts(from.Get("arguments"), "arguments");
  return result;
}

port::Faults faults_from(const Napi::Object& from) {
  port::Faults result;
  result.drop = fraction(from.Get("drop"), "drop");
  result.duplicate = fraction(from.Get("duplicate"), "duplicate");
  result.reorder = fraction(from.Get("reorder"), "reorder");
  result.corrupt = fraction(from.Get("corrupt"), "corrupt");
  result.delay = size(from.Get("delayNs"), "delayNs");
  result.jitter = size(from.Get("jitterNs"), "jitterNs");
  return result;
}

std::vector<port::WanClass> wan_from(const Napi::Value& value) {
  const Napi::Array from = array(value, "wan");
  if (from.Length() > port::WanClasses::kClassesMax) wrong("wan", "at most 64 classes");
  std::vector<port::WanClass> classes;
  for (std::uint32_t i = 0; i < from.Length(); ++i) {
    const Napi::Object each = object(from.Get(i), "wan");
    classes.push_back({fraction(each.Get("share"), "share"), size(each.Get("rttNs"), "rttNs"),
                       size(each.Get("bandwidth"), "bandwidth"), fraction(each.Get("loss"), "loss")});
  }
  return classes;
}

net::InterfaceOptions interface_from(const Napi::Object& from) {
  net::InterfaceOptions result;
  result.addresses = pool_from(from.Get("addresses"), "addresses");
  if (from.Get("subnet").IsArray()) {
    const Napi::Array subnet = from.Get("subnet").As<Napi::Array>();
    result.routes.subnet =
        net::Subnet{size32(subnet.Get(0u), "subnet"), static_cast<std::uint8_t>(size(subnet.Get(1u), "subnet"))};
  }
  if (from.Get("gateway").IsNumber()) result.routes.gateway = size32(from.Get("gateway"), "gateway");
  const Napi::Array neighbours = array(from.Get("neighbours"), "neighbours");
  for (std::uint32_t i = 0; i < neighbours.Length(); ++i) {
    const Napi::Array entry = array(neighbours.Get(i), "neighbours");
    result.neighbours.emplace_back(size32(entry.Get(0u), "neighbours"), mac_from(entry.Get(1u), "neighbours"));
  }
  result.vlan = size16(from.Get("vlan"), "vlan");
  result.software_checksum = flag(from.Get("softwareChecksum"), "softwareChecksum");
  return result;
}

tcp::Options tcp_from(const Napi::Object& from) {
  tcp::Options result;
  result.congestion =
      text(from.Get("congestion"), "congestion") == "newreno" ? tcp::Congestion::newreno : tcp::Congestion::cubic;
  result.time_wait = size(from.Get("timeWaitNs"), "timeWaitNs");
  result.rto.minimum = size(from.Get("rtoMinNs"), "rtoMinNs");
  result.keepalive.idle = size(from.Get("keepaliveNs"), "keepaliveNs");
  result.keepalive.interval = size(from.Get("keepaliveIntervalNs"), "keepaliveIntervalNs");
  result.keepalive.probes = static_cast<std::uint8_t>(size(from.Get("keepaliveProbes"), "keepaliveProbes"));
  result.send_memory = size(from.Get("sendBytesMax"), "sendBytesMax");
  return result;
}

flow::ListenEndpoint endpoint_from(const Endpoint& endpoint) {
  in_addr address{};
  if (inet_pton(AF_INET, endpoint.address.c_str(), &address) != 1) {
    throw Failure("MCC_ERR_USAGE", "'" + endpoint.address + "' is not an IPv4 address.",
                  "The mtcp stack speaks IPv4 only.");
  }
  return {ntohl(address.s_addr), endpoint.port};
}

}  // namespace

Config config_from(const Napi::Object& options, const OpenContext& context) {
  Config config;
  config.port = port_from(object(options.Get("port"), "port"));
  config.eal = eal_from(object(options.Get("eal"), "eal"));
  config.pcap = text(options.Get("pcap"), "pcap");
  const Napi::Array owners = array(options.Get("owners"), "owners");
  for (std::uint32_t i = 0; i < owners.Length(); ++i) config.owners.push_back(pool_from(owners.Get(i), "owners"));
  if (options.Get("faults").IsObject()) {
    config.faults = faults_from(options.Get("faults").As<Napi::Object>());
    config.faults->seed = context.engine.seed + context.worker_index;
  }
  MtcpOptions& stack = config.stack;
  stack.net = interface_from(object(options.Get("net"), "net"));
  stack.tcp = tcp_from(object(options.Get("tcp"), "tcp"));
  stack.server = context.engine.role == Role::server;
  stack.sessions = context.engine.sessions;
  for (const Endpoint& endpoint : context.endpoints) stack.endpoints.push_back(endpoint_from(endpoint));
  stack.sources = pool_from(options.Get("sources"), "sources");
  const Napi::Array ports = array(options.Get("localPorts"), "localPorts");
  stack.ports = {size16(ports.Get(0u), "localPorts"), size16(ports.Get(1u), "localPorts")};
  config.wan.classes = wan_from(options.Get("wan"));
  config.wan.sources = stack.sources.size() > 0 ? stack.sources : stack.net.addresses;
  config.wan.first_port = stack.ports.first;
  config.wan.last_port = stack.ports.last;
  config.wan.seed = context.engine.seed + context.worker_index;
  // The rest of the packets are for what is not on its way.
  config.wan.held_max = std::size_t{config.port.device.buffers} * 3 / 8;
  if (getrandom(&stack.key, sizeof stack.key, 0) != sizeof stack.key)
    throw Failure("MCC_ERR_STACK", "The system gives no random numbers.");
  return config;
}

}  // namespace mcc::addon

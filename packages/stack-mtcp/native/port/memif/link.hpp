#pragma once
// The control side of a memif: how the two ends find each other, agree on memory and notice that the other has gone.
//
// There is no thread: whoever owns a queue calls service() now and then, and learns from epoch() that the connection
// has changed. A peer may come, go and be killed at any moment; a server then waits for the next one, a client tries
// again.

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "mcc/clock.hpp"
#include "mcc/failure.hpp"
#include "port/memif/channel.hpp"
#include "port/memif/mapping.hpp"

namespace mcc::port::memif {

// Small, so that small frames lie close together, which the caches and the TLB reward; larger ones take several.
inline constexpr std::uint32_t kBufferBytes = 256;

struct LinkOptions {
  std::string path;
  bool server = false;
  std::uint16_t queues = 1;
  std::uint8_t ring_bits = 11;
  std::uint32_t buffer_bytes = kBufferBytes;
  std::uint32_t id = 0;
};

class Link {
 public:
  static constexpr Nanos kRetryEvery = 10'000'000;
  static constexpr Nanos kHandshakeFor = 1'000'000'000;  // a peer that does not finish it makes way for the next

  // A server listens from here on. Throws Failure.
  explicit Link(const LinkOptions& options) : options_(options) {
    if (!socket_address(options.path)) {
      throw Failure("MCC_ERR_USAGE", "memif: the path " + options.path + " is too long for a socket (107 bytes).",
                    "Choose a shorter one, such as /tmp/mcc.sock.");
    }
    if (options.server) listen();
  }

  ~Link() {
    if (channel_) disconnect("The process ends");
    if (listener_) unlink(options_.path.c_str());
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Moves the connection on. Returns at once, also when another thread is at it.
  void service(Nanos now) {
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock) return;
    if (channel_) read_channel();
    if (channel_ && !mapping_ && now >= handshake_until_) disconnect("The handshake takes too long");
    if (options_.server) {
      accept_one(now);
    } else if (!channel_ && now >= retry_at_) {
      retry_at_ = now + kRetryEvery;
      channel_ = connect_to(options_.path);
      connect_error_ = channel_ ? 0 : errno;
      if (channel_) begin(now);
    }
  }

  // Changes when the connection comes or goes.
  std::uint32_t epoch() const noexcept { return epoch_.load(std::memory_order_acquire); }

  // The memory of the connection that stands; null while there is none.
  std::shared_ptr<const Mapping> mapping() const {
    const std::lock_guard lock(mutex_);
    return mapping_;
  }

  // Why the last try of a client failed: errno of the connect, 0 when the server was reached, and what it then said.
  int connect_error() const {
    const std::lock_guard lock(mutex_);
    return connect_error_;
  }
  std::string refusal() const {
    const std::lock_guard lock(mutex_);
    return refusal_;
  }

 private:
  void listen() {
    claim_path();
    const auto address = socket_address(options_.path);
    Fd fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
      throw Failure("MCC_ERR_LISTEN", "memif cannot serve at " + options_.path + ": " + std::strerror(errno) + ".",
                    "Choose a path in a directory that exists and is yours to write in.");
    }
    listener_ = std::move(fd);
    if (::listen(listener_.get(), 16) != 0) {
      throw Failure("MCC_ERR_LISTEN", "memif cannot listen at " + options_.path + ": " + std::strerror(errno) + ".");
    }
  }

  // Removes a socket that nobody listens on any more.
  void claim_path() const {
    struct stat status {};
    if (lstat(options_.path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode)) {
      throw Failure("MCC_ERR_LISTEN", "memif cannot serve at " + options_.path + ": it exists and is not a socket.",
                    "Choose another path.");
    }
    if (connect_to(options_.path) || errno == EAGAIN) {
      throw Failure("MCC_ERR_LISTEN", "Another process serves at memif:" + options_.path + ".",
                    "End it, or choose another path.");
    }
    unlink(options_.path.c_str());
  }

  void accept_one(Nanos now) {
    Fd newcomer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!newcomer) return;
    if (channel_) {
      Message refused = message(Type::disconnect);
      copy_text(refused.disconnect.reason, "Another client is connected");
      send(newcomer, refused);
      return;
    }
    channel_ = std::move(newcomer);
    begin(now);
    Message hello = message(Type::hello);
    copy_text(hello.hello.name, "mcc");
    hello.hello.version_min = hello.hello.version_max = kVersion;
    hello.hello.region_max = kRegionsMax - 1;
    hello.hello.to_client_ring_max = hello.hello.to_server_ring_max = static_cast<std::uint16_t>(options_.queues - 1);
    hello.hello.ring_bits_max = kRingBitsMax;
    reply(hello);
  }

  void begin(Nanos now) {
    pending_ = std::make_shared<Mapping>();
    to_send_.clear();
    refusal_.clear();
    handshake_until_ = now + kHandshakeFor;
  }

  void read_channel() {
    while (channel_) {
      Message received;
      Fd passed;
      switch (receive(channel_, received, passed)) {
        case Received::nothing:
          return;
        case Received::closed:
          drop();
          return;
        case Received::message:
          if (received.type == Type::disconnect) {
            refusal_ = text(received.disconnect.reason);
            drop();
          } else if (const char* fault = options_.server ? on_client(received, passed) : on_server(received)) {
            disconnect(fault);
          }
      }
    }
  }

  // Server: takes a client's message, and returns what is wrong with it, or nullptr.
  const char* on_client(const Message& received, Fd& passed) {
    if (mapping_) return "Unexpected message";
    switch (received.type) {
      case Type::init:
        if (received.init.version != kVersion) return "Incompatible memif version";
        if (received.init.mode != kEthernetMode) return "Only ethernet mode supported";
        if (received.init.id != options_.id) return "ID not found";
        break;
      case Type::add_region:
        if (received.add_region.index != pending_->regions().size() ||
            !pending_->add_region(std::move(passed), received.add_region.size)) {
          return "Invalid region";
        }
        break;
      case Type::add_ring: {
        const AddRing& ring = received.add_ring;
        auto& rings = (ring.flags & AddRing::kToServer) != 0 ? pending_->to_server : pending_->to_client;
        if (ring.index >= options_.queues) return "Too many rings";
        if (ring.index != rings.size()) return "Invalid ring index";
        rings.push_back({ring.region, ring.offset, ring.ring_bits, std::move(passed)});
        if (pending_->ring(rings.back()) == nullptr) return "Invalid ring";
        break;
      }
      case Type::connect: {
        Message connected = message(Type::connected);
        copy_text(connected.connect.interface, "mcc");
        reply(connected);
        if (channel_) publish(std::move(pending_));
        return nullptr;
      }
      default:
        return "Unexpected message";
    }
    reply(message(Type::ack));
    return nullptr;
  }

  // Client: the same for a server's message.
  const char* on_server(const Message& received) {
    if (received.type == Type::hello && to_send_.empty() && !mapping_) return propose(received.hello);
    if (received.type == Type::connected && to_send_.empty() && !mapping_) {
      publish(std::move(pending_));
      return nullptr;
    }
    if (received.type != Type::ack || to_send_.empty()) return "Unexpected message";
    send_next();
    return nullptr;
  }

  // Queues all that a client has to say; each message goes when the one before was acknowledged.
  const char* propose(const Hello& hello) {
    if (hello.version_min > kVersion || hello.version_max < kVersion) return "Incompatible memif version";
    const unsigned queues =
        std::min<unsigned>({options_.queues, hello.to_server_ring_max + 1u, hello.to_client_ring_max + 1u});
    pending_ = Mapping::create(static_cast<std::uint16_t>(queues), std::min(options_.ring_bits, hello.ring_bits_max),
                               options_.buffer_bytes);
    if (!pending_) return "No memory";
    Message init = message(Type::init);
    init.init.version = kVersion;
    init.init.id = options_.id;
    init.init.mode = kEthernetMode;
    copy_text(init.init.name, "mcc");
    to_send_.push_back({init, -1});
    const Region& region = pending_->regions()[0];
    Message add = message(Type::add_region);
    add.add_region = {0, region.size};
    to_send_.push_back({add, region.memory.get()});
    add_rings(pending_->to_server, AddRing::kToServer);
    add_rings(pending_->to_client, 0);
    Message connect = message(Type::connect);
    copy_text(connect.connect.interface, "mcc");
    to_send_.push_back({connect, -1});
    send_next();
    return nullptr;
  }

  void add_rings(const std::vector<RingPlace>& rings, std::uint16_t flags) {
    for (std::size_t i = 0; i < rings.size(); ++i) {
      Message add = message(Type::add_ring);
      add.add_ring = {flags, static_cast<std::uint16_t>(i), rings[i].region, rings[i].offset, rings[i].bits, 0};
      to_send_.push_back({add, rings[i].wake.get()});
    }
  }

  void send_next() {
    const Outgoing next = to_send_.front();
    to_send_.pop_front();
    reply(next.message, next.passed);
  }

  void reply(const Message& answer, int passed = -1) {
    if (!send(channel_, answer, passed)) drop();
  }

  void publish(std::shared_ptr<Mapping> mapping) {
    mapping_ = std::move(mapping);
    epoch_.fetch_add(1, std::memory_order_release);
  }

  void disconnect(const char* reason) {
    Message last = message(Type::disconnect);
    copy_text(last.disconnect.reason, reason);
    send(channel_, last);
    refusal_ = reason;
    drop();
  }

  void drop() {
    channel_.reset();
    pending_.reset();
    to_send_.clear();
    if (mapping_) publish(nullptr);
  }

  static Message message(Type type) {
    Message result;
    result.type = type;
    return result;
  }

  template <std::size_t N>
  static void copy_text(std::array<char, N>& to, const char* from) {
    std::strncpy(to.data(), from, N - 1);
  }

  template <std::size_t N>
  static std::string text(const std::array<char, N>& from) {
    return {from.data(), strnlen(from.data(), N)};
  }

  struct Outgoing {
    Message message;
    int passed;
  };

  LinkOptions options_;
  mutable std::mutex mutex_;
  std::atomic<std::uint32_t> epoch_ = 0;
  Fd listener_;
  Fd channel_;
  std::shared_ptr<Mapping> mapping_;  // of the connection that stands
  std::shared_ptr<Mapping> pending_;  // of the one being agreed on
  std::deque<Outgoing> to_send_;
  Nanos retry_at_ = 0;
  Nanos handshake_until_ = 0;
  int connect_error_ = 0;
  std::string refusal_;
};

}  // namespace mcc::port::memif

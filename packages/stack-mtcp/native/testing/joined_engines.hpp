#pragma once
// The engine itself on both ends of a link in memory: a client and a server, each on a stack of its own, on one core.

#include <stdexcept>
#include <variant>
#include <vector>

#include "mcc/batch.hpp"
#include "mcc/compiler.hpp"
#include "mcc/engine.hpp"
#include "mcc/stats.hpp"
#include "mtcp_stack.hpp"
#include "port/memory_port.hpp"

namespace mcc::testing {

inline std::vector<std::byte> bytes_from(std::string_view text) {
  const Bytes bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// GET after GET on one connection, or one on each.
inline Program http_client(bool keep_alive) {
  Program program;
  program.role = Role::client;
  program.messages.push_back(
      {bytes_from(keep_alive ? "GET / HTTP/1.1\r\nHost: 198.18.0.2\r\n\r\n"
                             : "GET / HTTP/1.1\r\nHost: 198.18.0.2\r\nConnection: close\r\n\r\n"),
       {}});
  program.steps = {step::Send{0}, step::Expect{framing::Http1{}}};
  if (!keep_alive) program.steps.emplace_back(step::Close{});
  program.steps.emplace_back(step::Repeat{0});
  return program;
}

// Answers with `body` bytes.
inline Program http_server(std::size_t body) {
  Program program;
  program.role = Role::server;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body) + "\r\n";
  const std::string text(body, 'x');
  const Message alive{bytes_from(head + "\r\n" + text), {}};
  const Message last{bytes_from(head + "Connection: close\r\n\r\n" + text), {}};
  program.messages = {alive, alive, last, last};
  program.steps = {step::Expect{framing::Http1{}}, step::Answer{{0, 1, 2, 3}}, step::Close{true}, step::Repeat{0}};
  return program;
}

template <port::Port P, Clock ClockT>
class EngineEnd {
 public:
  using Stack = MtcpStack<P, ClockT>;
  using Counter = stats::Counter;

  EngineEnd(const Program& program, P& port, ClockT& clock, const MtcpOptions& options)
      : program_(compiled(program)),
        stats_(stats::kWords),
        stack(port, clock, options, std::span(stats_).subspan(stats::kStackAt, stats::kStackCountersMax)),
        engine_(engine_options(program, options.sessions), program_, stack, clock, stats_, {}) {}

  void order(Command command, Nanos start = 0) {
    const bool load = command == Command::load;
    const Record record{static_cast<std::uint16_t>(command), 0, 0, 0, load ? 8u : 0u};
    std::vector<std::byte> bytes(sizeof record + (load ? 8 : 0));
    std::memcpy(bytes.data(), &record, sizeof record);
    if (load) std::memcpy(bytes.data() + sizeof record, &start, sizeof start);
    engine_.submit(bytes);
  }
  // One turn.
  void turn() { engine_.run(0); }

  std::uint64_t count(Counter counter) const { return stats_[stats::kCountersAt + static_cast<std::size_t>(counter)]; }
  std::uint64_t errors() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < stats::kErrorsMax; ++i) sum += stats_[stats::kErrorsAt + i];
    return sum;
  }
  std::uint64_t stack_counter(std::string_view name) const {
    const auto names = stack_counter_names();
    const auto at = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    return stats_.at(stats::kStackAt + at);
  }

 private:
  static CompiledProgram compiled(const Program& program) {
    auto result = compile(program);
    if (auto* fault = std::get_if<ProgramFault>(&result)) throw std::logic_error(fault->reason);
    return std::get<CompiledProgram>(std::move(result));
  }
  static EngineOptions engine_options(const Program& program, std::uint32_t sessions) {
    EngineOptions options;
    options.role = program.role;
    options.sessions = options.connections_total = sessions;
    return options;
  }

  CompiledProgram program_;
  std::vector<std::uint64_t> stats_;

 public:
  Stack stack;

 private:
  Engine<Stack, ClockT> engine_;
};

// How the two are joined: no copy, and no checksum, as with a device that does them.
struct MemoryWire {
  using Port = port::MemoryPort;

  MemoryWire() {
    for (Port* end : {&link.left, &link.right}) {
      end->configure().transmit_ip_checksum = end->configure().transmit_tcp_checksum = true;
    }
  }
  Port& client() { return link.left; }
  Port& server() { return link.right; }

  port::MemoryLink link{16384, 2048, 8192};
};

template <Clock ClockT, class Wire = MemoryWire>
struct JoinedEngines {
  using End = EngineEnd<typename Wire::Port, ClockT>;
  using Counter = stats::Counter;

  JoinedEngines(std::uint32_t connections, bool keep_alive, std::size_t body)
      : JoinedEngines(connections, http_client(keep_alive), body) {}
  JoinedEngines(std::uint32_t connections, const Program& program, std::size_t body)
      : client(program, wire.client(), clock, options(connections, false)),
        server(http_server(body), wire.server(), clock, options(connections * 2, true)) {
    server.order(Command::connect);
    client.order(Command::connect);
  }

  void turn() {
    client.turn();
    server.turn();
  }

  static constexpr mcc::wire::Address kPool = 0xc6120100;  // 198.18.1.0

  static MtcpOptions options(std::uint32_t sessions, bool is_server) {
    const mcc::wire::Address own = is_server ? 0xc6120002 : kPool;
    MtcpOptions options;
    // A client of many short connections needs more ports than one address has.
    options.net.addresses =
        net::AddressPool({is_server ? net::AddressRange{own, own} : net::AddressRange{kPool, kPool + 63}});
    options.server = is_server;
    options.sessions = sessions;
    options.endpoints = {{is_server ? 0 : 0xc6120002, 80}};
    options.key = {own, 7};
    return options;
  }

  ClockT clock;
  Wire wire;
  End client;
  End server;
};

}  // namespace mcc::testing

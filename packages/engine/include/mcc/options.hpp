#pragma once
// What an engine and its stack are opened with: the C++ side of WorkerContext in packages/core/src/contracts/stack.ts.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mcc/arrivals.hpp"
#include "mcc/clock.hpp"
#include "mcc/connection_ramp.hpp"
#include "mcc/program.hpp"
#include "mcc/stack.hpp"

namespace mcc {

// Sessions of one engine are fewer than this.
inline constexpr std::uint32_t kSessionsMax = std::uint32_t{1} << 31;

// Every limit of an engine. All memory is reserved from these numbers before the first connection.
struct EngineOptions {
  Role role = Role::client;
  std::uint32_t sessions = 1;
  // Session i is connection first_connection_id + i * connection_id_stride of the run's connections_total.
  std::uint32_t first_connection_id = 0;
  std::uint32_t connection_id_stride = 1;
  std::uint32_t connections_total = 1;
  Nanos setup_ns = 0;
  Nanos connect_timeout_ns = 10'000'000'000;
  Nanos timeout_ns = 10'000'000'000;
  std::uint64_t seed = 0;
  // Open loop: when requests leave, of the whole run; this engine has part `arrivals_part` of so many.
  std::optional<ArrivalOptions> arrivals = std::nullopt;
  std::uint32_t arrivals_part = 0;
  std::uint32_t arrivals_parts = 1;
  // Of the whole run: the connections in use, those with the lowest numbers, while the load lasts. Empty: all of them
  // are, from the set-up on.
  std::vector<ConnectionStage> connection_stages = {};
  // With setup_ns 0: connections in progress at one time, as long as the target answers.
  std::uint32_t connecting_max = 256;
  // What may wait for peers that do not read, of one connection and of all together.
  std::size_t backlog_bytes_max = std::size_t{1} << 20;
  std::size_t backlog_total_bytes_max = std::size_t{64} << 20;
};

struct Endpoint {
  std::string address;  // IPv4 dotted or IPv6, without brackets
  std::uint16_t port = 0;
};

// What a stack is opened with.
struct OpenContext {
  EngineOptions engine;
  std::uint32_t workers = 1;
  std::uint32_t worker_index = 0;
  std::vector<Endpoint> endpoints;                           // client: where to connect to; server: where to listen
  std::vector<std::pair<std::string, std::string>> sources;  // ranges [first, last]; empty: the stack's own choice
  std::span<std::uint64_t> stack_counters;                   // the stack's section of the stats block
  const TscClock* clock = nullptr;                           // the engine's own; lives as long as the stack
};

}  // namespace mcc

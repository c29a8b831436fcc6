#pragma once
// Plain values out of JavaScript objects, and the context that a stack is opened with. Throws Failure with the name of
// the field that is not as the contract says.

#include <napi.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "mcc/failure.hpp"
#include "mcc/options.hpp"

namespace mcc::addon {

[[noreturn]] inline void wrong(const std::string& field, const char* expected) {
  throw Failure("MCC_ERR_STACK", "'" + field + "' must be " + expected + ".");
}

inline Napi::Object object(const Napi::Value& value, const std::string& field) {
  if (!value.IsObject()) wrong(field, "an object");
  return value.As<Napi::Object>();
}

inline Napi::Array array(const Napi::Value& value, const std::string& field) {
  if (!value.IsArray()) wrong(field, "an array");
  return value.As<Napi::Array>();
}

inline std::string text(const Napi::Value& value, const std::string& field) {
  if (!value.IsString()) wrong(field, "a string");
  return value.As<Napi::String>().Utf8Value();
}

// A whole number from -2^53 to 2^53.
inline std::int64_t whole(const Napi::Value& value, const std::string& field) {
  if (!value.IsNumber()) wrong(field, "a number");
  const double number = value.As<Napi::Number>().DoubleValue();
  if (!(std::fabs(number) <= 9007199254740992.0) || number != std::floor(number)) wrong(field, "a whole number");
  return static_cast<std::int64_t>(number);
}

// A whole number from 0 to 2^53.
inline std::uint64_t size(const Napi::Value& value, const std::string& field) {
  const std::int64_t number = whole(value, field);
  if (number < 0) wrong(field, "a whole number that is not negative");
  return static_cast<std::uint64_t>(number);
}

inline std::uint32_t size32(const Napi::Value& value, const std::string& field) {
  const std::uint64_t number = size(value, field);
  if (number > UINT32_MAX) wrong(field, "below 2^32");
  return static_cast<std::uint32_t>(number);
}

// What a typed array holds, also one over a SharedArrayBuffer; no copy.
template <class T>
std::span<T> elements(const Napi::Value& value, napi_typedarray_type type, const std::string& field,
                      const char* expected) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) wrong(field, expected);
  void* data = nullptr;
  std::size_t length = 0;
  // Not through Napi::TypedArrayOf, whose ArrayBuffer() knows no SharedArrayBuffer.
  if (napi_get_typedarray_info(value.Env(), value, nullptr, &length, &data, nullptr, nullptr) != napi_ok) {
    wrong(field, expected);
  }
  return {static_cast<T*>(data), length};
}

inline std::span<std::byte> bytes(const Napi::Value& value, const std::string& field) {
  return elements<std::byte>(value, napi_uint8_array, field, "a Uint8Array");
}

inline std::span<const std::uint32_t> words(const Napi::Value& value, const std::string& field) {
  return elements<std::uint32_t>(value, napi_uint32_array, field, "a Uint32Array");
}

inline Role role_from(const Napi::Value& value) {
  const std::string name = text(value, "role");
  if (name == "client") return Role::client;
  if (name == "server") return Role::server;
  wrong("role", "'client' or 'server'");
}

inline ArrivalKind arrival_from(const Napi::Value& value) {
  const std::string name = text(value, "arrival");
  if (name == "constant") return ArrivalKind::constant;
  if (name == "poisson") return ArrivalKind::poisson;
  if (name == "uniform") return ArrivalKind::uniform;
  if (name == "trace") return ArrivalKind::trace;
  wrong("arrival", "'constant', 'poisson', 'uniform' or 'trace'");
}

inline double rate(const Napi::Value& value, const std::string& field) {
  const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : -1;
  if (!(number >= 0 && number <= 1e12)) wrong(field, "a rate");
  return number;
}

// Departures of packages/core/src/contracts/stack.ts.
inline ArrivalOptions arrivals_from(const Napi::Object& from) {
  ArrivalOptions options;
  options.kind = arrival_from(from.Get("arrival"));
  const Napi::Array stages = array(from.Get("stages"), "stages");
  for (std::uint32_t i = 0; i < stages.Length(); ++i) {
    const Napi::Object stage = object(stages.Get(i), "stages");
    options.stages.push_back(
        {size(stage.Get("durationNs"), "durationNs"), rate(stage.Get("from"), "from"), rate(stage.Get("to"), "to")});
  }
  const Napi::Value trace = from.Get("traceNs");
  if (trace.IsUndefined()) return options;
  if (const Napi::Value sizes = from.Get("messageBytes"); !sizes.IsUndefined()) {
    const std::span<const std::uint32_t> all = words(sizes, "messageBytes");
    options.sizes.assign(all.begin(), all.end());
  }
  if (!trace.IsTypedArray() || trace.As<Napi::TypedArray>().TypedArrayType() != napi_float64_array) {
    wrong("traceNs", "a Float64Array");
  }
  const auto instants = trace.As<Napi::Float64Array>();
  for (std::size_t i = 0; i < instants.ElementLength(); ++i) options.trace.push_back(static_cast<Nanos>(instants[i]));
  if (!options.sizes.empty() && options.sizes.size() != options.trace.size()) {
    wrong("messageBytes", "as long as traceNs");
  }
  return options;
}

inline std::vector<ConnectionStage> connection_stages_from(const Napi::Value& from) {
  std::vector<ConnectionStage> result;
  if (from.IsUndefined()) return result;
  const Napi::Array stages = array(from, "connectionStages");
  for (std::uint32_t i = 0; i < stages.Length(); ++i) {
    const Napi::Object stage = object(stages.Get(i), "connectionStages");
    result.push_back({size(stage.Get("durationNs"), "durationNs"), size32(stage.Get("from"), "from"),
                      size32(stage.Get("to"), "to")});
  }
  return result;
}

// WorkerContext of packages/core/src/contracts/stack.ts, but for what the addon itself fills in.
inline OpenContext open_context(const Napi::Object& from) {
  OpenContext context;
  context.workers = size32(from.Get("workers"), "workers");
  context.worker_index = size32(from.Get("workerIndex"), "workerIndex");

  EngineOptions& engine = context.engine;
  engine.role = role_from(from.Get("role"));
  engine.sessions = size32(from.Get("sessions"), "sessions");
  if (engine.sessions == 0 || engine.sessions >= kSessionsMax) wrong("sessions", "from 1 to 2^31 - 1");
  engine.first_connection_id = size32(from.Get("firstConnectionId"), "firstConnectionId");
  engine.connection_id_stride = context.workers;
  engine.connections_total = size32(from.Get("connections"), "connections");
  if (engine.connections_total == 0) wrong("connections", "at least 1");
  engine.setup_ns = size(from.Get("setupTimeNs"), "setupTimeNs");
  engine.connect_timeout_ns = size(from.Get("connectTimeoutNs"), "connectTimeoutNs");
  engine.timeout_ns = size(from.Get("timeoutNs"), "timeoutNs");
  if (!from.Get("seed").IsBigInt()) wrong("seed", "a bigint");
  bool lossless = false;
  engine.seed = from.Get("seed").As<Napi::BigInt>().Uint64Value(&lossless);
  if (const Napi::Value departures = from.Get("departures"); !departures.IsUndefined()) {
    engine.arrivals = arrivals_from(object(departures, "departures"));
    engine.arrivals->seed = engine.seed;
    engine.arrivals_part = context.worker_index;
    engine.arrivals_parts = context.workers;
  }

  engine.connection_stages = connection_stages_from(from.Get("connectionStages"));

  const Napi::Array endpoints = array(from.Get("endpoints"), "endpoints");
  for (std::uint32_t i = 0; i < endpoints.Length(); ++i) {
    const Napi::Object endpoint = object(endpoints.Get(i), "endpoints");
    const std::uint32_t port = size32(endpoint.Get("port"), "port");
    if (port > 65535) wrong("port", "below 65536");
    context.endpoints.push_back({text(endpoint.Get("address"), "address"), static_cast<std::uint16_t>(port)});
  }
  const Napi::Array sources = array(from.Get("sources"), "sources");
  for (std::uint32_t i = 0; i < sources.Length(); ++i) {
    const Napi::Array range = array(sources.Get(i), "sources");
    context.sources.emplace_back(text(range.Get(0u), "sources"), text(range.Get(1u), "sources"));
  }
  return context;
}

}  // namespace mcc::addon

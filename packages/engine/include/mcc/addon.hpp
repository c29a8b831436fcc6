#pragma once
// The whole N-API side of a stack. This file and addon/ are the only ones that include napi.h, and nothing else
// includes them. A stack's addon.cc is a factory and NODE_API_MODULE:
//
//   struct Factory {
//     // Throws Failure. `options` are the stack's own.
//     static std::unique_ptr<mcc::Port> open(const mcc::addon::Opening& opening, const Napi::Object& options) {
//       return opening.port(std::make_unique<MyStack>(opening.context, …));
//     }
//   };
//   Napi::Object init(Napi::Env env, Napi::Object exports) { return mcc::addon::Addon<Factory>::init(env, exports); }
//   NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)
//
// What JavaScript sees, and packages/engine/src/open-port.ts wraps:
//   open(context, options, stats: Uint8Array, events: Uint8Array) -> handle
//   load(handle, program) · submit(handle, bytes, length) · poll(handle, budgetUs) -> bytes of events
//   facts(handle) -> object · close(handle)
// Errors carry `code`, and `remedy` when they have a better one than the table.

#include <napi.h>
#include <sched.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "mcc/addon/from_napi.hpp"
#include "mcc/addon/program_from_napi.hpp"
#include "mcc/failure.hpp"
#include "mcc/port.hpp"
#include "mcc/stats.hpp"

namespace mcc::addon {

// What a factory gets: the context for its stack, and how to put the engine on top of it.
struct Opening {
  const OpenContext& context;
  PortBuffers buffers;
  TscClock& clock;

  template <class StackT>
  std::unique_ptr<Port> port(std::unique_ptr<StackT> stack) const {
    return std::make_unique<EnginePort<StackT>>(context, buffers, clock, std::move(stack));
  }
};

// Pins the calling thread to one core.
inline void pin_thread(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < 0 || cpu >= CPU_SETSIZE) throw Failure("MCC_ERR_USAGE", "There is no core " + std::to_string(cpu) + ".");
  CPU_SET(static_cast<unsigned>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    throw Failure("MCC_ERR_USAGE", "The worker cannot be pinned to core " + std::to_string(cpu) + ".",
                  "Give cores that this process may use with --cpus (taskset -cp $$ lists them).");
  }
}

// One open port and what it needs to stay alive. Owned by the handle that JavaScript holds.
struct Handle {
  Napi::ObjectReference stats;
  Napi::ObjectReference events;
  TscClock clock;
  OpenContext context;
  std::unique_ptr<Port> port;  // null once closed
};

inline constexpr napi_type_tag kHandleTag{0x6d63632d706f7274ull, 0x9f3c1d5e7a8b4c21ull};

template <class Factory>
class Addon {
 public:
  static Napi::Object init(Napi::Env env, Napi::Object exports) {
    exports.Set("open", Napi::Function::New(env, guarded<open>));
    exports.Set("load", Napi::Function::New(env, guarded<load>));
    exports.Set("submit", Napi::Function::New(env, guarded<submit>));
    exports.Set("poll", Napi::Function::New(env, guarded<poll>));
    exports.Set("facts", Napi::Function::New(env, guarded<facts>));
    exports.Set("close", Napi::Function::New(env, guarded<close>));
    return exports;
  }

 private:
  // Turns what C++ throws into a JavaScript error with a code.
  template <Napi::Value (*function)(const Napi::CallbackInfo&)>
  static Napi::Value guarded(const Napi::CallbackInfo& info) {
    try {
      return function(info);
    } catch (const Failure& failure) {
      throw error(info.Env(), failure.code(), failure.what(), failure.remedy());
    } catch (const Napi::Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw error(info.Env(), "MCC_ERR_NO_MEMORY", "The memory for this many connections could not be had.", {});
    } catch (const std::exception& unexpected) {
      throw error(info.Env(), "MCC_ERR_STACK", unexpected.what(), {});
    }
  }

  static Napi::Error error(Napi::Env env, const std::string& code, const std::string& what, const std::string& remedy) {
    Napi::Error result = Napi::Error::New(env, what);
    result.Set("code", Napi::String::New(env, code));
    if (!remedy.empty()) result.Set("remedy", Napi::String::New(env, remedy));
    return result;
  }

  static Napi::Value open(const Napi::CallbackInfo& info) {
    const Napi::Object context = object(info[0], "context");
    const Napi::Value cpu = context.Get("cpu");
    if (cpu.IsNumber()) pin_thread(cpu.As<Napi::Number>().Int32Value());

    auto handle = std::make_unique<Handle>();
    const std::span<std::byte> stats = bytes(info[2], "stats");
    const std::span<std::byte> events = bytes(info[3], "events");
    if (stats.size() < stats::kWords * 8 || reinterpret_cast<std::uintptr_t>(stats.data()) % 8 != 0) {
      throw Failure("MCC_ERR_STACK", "The stats block is too small or not aligned.");
    }
    auto* words = reinterpret_cast<std::uint64_t*>(stats.data());
    handle->stats = Napi::Persistent(info[2].As<Napi::Object>());
    handle->events = Napi::Persistent(info[3].As<Napi::Object>());
    handle->context = open_context(context);
    handle->context.stack_counters = {words + stats::kStackAt, stats::kStackCountersMax};
    handle->context.clock = &handle->clock;
    handle->port = Factory::open(Opening{handle->context, {{words, stats.size() / 8}, events}, handle->clock},
                                 object(info[1], "options"));

    auto external = Napi::External<Handle>::New(info.Env(), handle.get(), [](Napi::Env, Handle* gone) { delete gone; });
    static_cast<void>(handle.release());
    external.TypeTag(&kHandleTag);
    return external;
  }

  static Napi::Value load(const Napi::CallbackInfo& info) {
    if (const auto fault = port(info[0]).load(program_from(info[1])))
      throw Failure("MCC_ERR_PROGRAM", sentence(*fault));
    return info.Env().Undefined();
  }

  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const std::span<std::byte> commands = bytes(info[1], "commands");
    const std::size_t length = size(info[2], "length");
    if (length > commands.size()) throw Failure("MCC_ERR_STACK", "submit: the length exceeds the buffer.");
    port(info[0]).submit(commands.first(length));
    return info.Env().Undefined();
  }

  static Napi::Value poll(const Napi::CallbackInfo& info) {
    const std::size_t written = port(info[0]).poll(size(info[1], "budgetUs") * 1000);
    return Napi::Number::New(info.Env(), static_cast<double>(written));
  }

  static Napi::Value facts(const Napi::CallbackInfo& info) {
    Napi::Object result = Napi::Object::New(info.Env());
    for (const auto& [name, value] : port(info[0]).facts()) {
      std::visit([&, &key = name](const auto& plain) { result.Set(key, plain); }, value);
    }
    return result;
  }

  static Napi::Value close(const Napi::CallbackInfo& info) {
    handle(info[0]).port.reset();
    return info.Env().Undefined();
  }

  static Handle& handle(const Napi::Value& value) {
    if (!value.IsExternal() || !value.As<Napi::External<Handle>>().CheckTypeTag(&kHandleTag)) {
      throw Failure("MCC_ERR_STACK", "Not a handle of this stack.");
    }
    return *value.As<Napi::External<Handle>>().Data();
  }

  static Port& port(const Napi::Value& value) {
    Handle& open = handle(value);
    if (!open.port) throw Failure("MCC_ERR_STACK", "The stack is closed.");
    return *open.port;
  }
};

}  // namespace mcc::addon

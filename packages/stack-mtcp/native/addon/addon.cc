// What Node loads: the engine on the user-level stack, over memif or DPDK.

#include "mcc/addon.hpp"

#include "addon/config.hpp"
#include "addon/opened_stack.hpp"
#include "eal/eal.hpp"
#include "stack_counters.hpp"

namespace {

using namespace mcc;

struct Factory {
  static std::unique_ptr<Port> open(const addon::Opening& opening, const Napi::Object& options) {
    const addon::Config config = addon::config_from(options, opening.context);
    return config.port.name.kind == "memif" ? addon::open_memif(opening, config) : addon::open_dpdk(opening, config);
  }
};

template <std::size_t N>
Napi::Array name_list(Napi::Env env, const std::array<std::string_view, N>& from) {
  Napi::Array names = Napi::Array::New(env);
  std::uint32_t index = 0;
  for (const std::string_view name : from) names.Set(index++, std::string(name));
  return names;
}

Napi::Value counter_names(const Napi::CallbackInfo& info) { return name_list(info.Env(), stack_counter_names()); }

Napi::Value limit_names(const Napi::CallbackInfo& info) { return name_list(info.Env(), kStackLimits); }

Napi::Value dpdk_version(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), eal::version()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("counterNames", Napi::Function::New(env, counter_names));
  exports.Set("limitNames", Napi::Function::New(env, limit_names));
  exports.Set("dpdkVersion", Napi::Function::New(env, dpdk_version));
  return addon::Addon<Factory>::init(env, exports);
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)

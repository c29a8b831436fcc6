// What Node loads: the engine on Linux sockets, and the few things about the machine that only native code can find
// out.

#include "mcc/addon.hpp"

#include "kernel_stack.hpp"
#include "mcc/error.hpp"
#include "mcc/stats.hpp"
#include "system.hpp"

namespace {

using namespace mcc;

struct Factory {
  static std::unique_ptr<Port> open(const addon::Opening& opening, const Napi::Object& options) {
    const auto table = static_cast<std::uint32_t>(addon::size(options.Get("table"), "table"));
    const bool spins = options.Get("spin").ToBoolean();
    return kernel::with_stack(addon::text(options.Get("io"), "io"), table, spins, opening.context,
                              [&](auto stack) { return opening.port(std::move(stack)); });
  }
};

Napi::Value limit_to_js(Napi::Env env, kernel::FileLimit limit) {
  Napi::Object result = Napi::Object::New(env);
  result.Set("soft", static_cast<double>(limit.soft));
  result.Set("hard", static_cast<double>(limit.hard));
  return result;
}

Napi::Value raise_file_limit(const Napi::CallbackInfo& info) {
  return limit_to_js(info.Env(), kernel::raise_file_limit(addon::size(info[0], "wanted")));
}

Napi::Value try_uring(const Napi::CallbackInfo& info) {
  const auto support = kernel::try_uring();
  if (!support) return info.Env().Null();
  return Napi::String::New(info.Env(), support->error == 0 ? "" : std::strerror(support->error));
}

Napi::Value has_direct_descriptors(const Napi::CallbackInfo& info) {
  const auto support = kernel::try_uring();
  return Napi::Boolean::New(info.Env(), support && support->direct);
}

// The numbers that C++ and TypeScript must agree on.
Napi::Value layout(const Napi::CallbackInfo& info) {
  Napi::Object result = Napi::Object::New(info.Env());
  const auto set = [&](const char* name, auto value) { result.Set(name, static_cast<double>(value)); };
  set("version", stats::kVersion);
  set("counters", stats::Counter::count_);
  set("countersAt", stats::kCountersAt);
  set("errorsAt", stats::kErrorsAt);
  set("errorsMax", stats::kErrorsMax);
  set("outcomesAt", stats::kOutcomesAt);
  set("outcomesMax", stats::kOutcomesMax);
  set("stackAt", stats::kStackAt);
  set("stackCountersMax", stats::kStackCountersMax);
  set("histogramsAt", stats::kHistogramsAt);
  set("histograms", stats::Histogram::count_);
  set("histogramHeader", stats::kHistogramHeader);
  set("hdrCounts", stats::kHdrCounts);
  set("words", stats::kWords);
  set("classesMax", stats::kClassesMax);
  set("classHeader", stats::kClassHeader);
  set("wordsOfClasses", stats::words(3));
  set("errorNumberMax", kErrorNumberMax);
  set("stackCounters", kernel::Counters::kCount);
  return result;
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("raiseFileLimit", Napi::Function::New(env, raise_file_limit));
  exports.Set("tryUring", Napi::Function::New(env, try_uring));
  exports.Set("hasDirectDescriptors", Napi::Function::New(env, has_direct_descriptors));
  exports.Set("layout", Napi::Function::New(env, layout));
  return addon::Addon<Factory>::init(env, exports);
}

}  // namespace

NODE_API_MODULE(NODE_GYP_MODULE_NAME, init)

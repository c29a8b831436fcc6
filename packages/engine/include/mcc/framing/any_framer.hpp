#pragma once
// One framer of whichever kind an `expect` step asks for. It serves every session of a worker; what a session knows of
// its own reply is the word. Dispatch is a switch, so the small framings are inlined.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "mcc/framing/any.hpp"
#include "mcc/framing/delimiter.hpp"
#include "mcc/framing/fixed.hpp"
#include "mcc/framing/framer.hpp"
#include "mcc/framing/http1.hpp"
#include "mcc/framing/length_prefixed.hpp"
#include "mcc/program.hpp"

namespace mcc::framing {

class AnyFramer {
 public:
  // Why the framing cannot run, to follow "step n", or nullptr. Must be asked before construction.
  static const char* fault(const Framing& spec, Role role) noexcept;

  // `sessions`: the most replies that can be under way at one time. All memory is reserved here.
  AnyFramer(const Framing& spec, Role role, std::size_t sessions) : framer_(make(spec, role, sessions)) {}

  // As framer.hpp has them. `none` expects no reply and is never fed.
  Result feed(std::uint32_t& word, Bytes bytes) {
    return std::visit([&](auto& framer) { return framer.feed(word, bytes); }, framer_);
  }
  Result finish(std::uint32_t& word) {
    return std::visit([&](auto& framer) { return framer.finish(word); }, framer_);
  }
  void drop(std::uint32_t& word) {
    std::visit([&](auto& framer) { framer.drop(word); }, framer_);
  }

 private:
  // Also stands in for `none`, which is never fed. libstdc++ compiles std::visit over so few kinds to a switch.
  using Framer = std::variant<FirstBytesFramer, FixedFramer, DelimiterFramer, LengthPrefixedFramer, Http1Framer>;

  static Framer make(const Framing& spec, Role role, std::size_t sessions);

  Framer framer_;
};

inline const char* AnyFramer::fault(const Framing& spec, Role role) noexcept {
  return std::visit(
      [role](const auto& framing) -> const char* {
        using Spec = std::decay_t<decltype(framing)>;
        if constexpr (std::is_same_v<Spec, Fixed>) return FixedFramer::fault(framing);
        if constexpr (std::is_same_v<Spec, Delimiter>) return DelimiterFramer::fault(framing);
        if constexpr (std::is_same_v<Spec, LengthPrefixed>) return LengthPrefixedFramer::fault(framing);
        if constexpr (std::is_same_v<Spec, Http1>) return Http1Framer::fault(framing, role);
        return nullptr;
      },
      spec);
}

inline AnyFramer::Framer AnyFramer::make(const Framing& spec, Role role, std::size_t sessions) {
  if (const auto* fixed = std::get_if<Fixed>(&spec)) return FixedFramer(*fixed);
  if (const auto* delimiter = std::get_if<Delimiter>(&spec)) return DelimiterFramer(*delimiter);
  if (const auto* prefixed = std::get_if<LengthPrefixed>(&spec)) return LengthPrefixedFramer(*prefixed, sessions);
  if (const auto* http1 = std::get_if<Http1>(&spec)) return Http1Framer(*http1, role, sessions);
  return FirstBytesFramer();
}

}  // namespace mcc::framing

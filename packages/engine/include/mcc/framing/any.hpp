#pragma once
// `any`: whatever arrives first is the reply.

#include "mcc/framing/framer.hpp"
#include "mcc/program.hpp"

namespace mcc::framing {

class FirstBytesFramer {
 public:
  Result feed(std::uint32_t&, Bytes bytes) noexcept {
    return {.progress = Progress::complete, .consumed = bytes.size()};
  }
  Result finish(std::uint32_t&) noexcept { return {.progress = Progress::broken, .error = Error::closed_early}; }
  void drop(std::uint32_t&) noexcept {}
};

}  // namespace mcc::framing

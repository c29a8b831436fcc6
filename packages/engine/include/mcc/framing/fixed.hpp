#pragma once
// `fixed`: the reply is a number of bytes known beforehand. The word counts those that have come.

#include <cstdint>
#include <limits>

#include "mcc/framing/framer.hpp"
#include "mcc/program.hpp"

namespace mcc::framing {

class FixedFramer {
 public:
  static const char* fault(const Fixed& spec) noexcept {
    if (spec.bytes == 0) return "expects 0 bytes; the framing for no reply is none";
    if (spec.bytes > std::numeric_limits<std::uint32_t>::max()) return "expects a fixed reply of 4 GiB or more";
    return nullptr;
  }

  explicit FixedFramer(const Fixed& spec) noexcept : bytes_(static_cast<std::uint32_t>(spec.bytes)) {}

  Result feed(std::uint32_t& word, Bytes bytes) noexcept {
    const std::uint32_t missing = bytes_ - word;
    if (bytes.size() < missing) {
      word += static_cast<std::uint32_t>(bytes.size());
      return {.consumed = bytes.size()};
    }
    word = 0;
    return {.progress = Progress::complete, .consumed = missing};
  }

  Result finish(std::uint32_t& word) noexcept {
    word = 0;
    return {.progress = Progress::broken, .error = Error::closed_early};
  }

  void drop(std::uint32_t& word) noexcept { word = 0; }

 private:
  std::uint32_t bytes_;
};

}  // namespace mcc::framing

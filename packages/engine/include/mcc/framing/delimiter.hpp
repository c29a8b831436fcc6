#pragma once
// `delimiter`: the reply ends with a pattern of 1 to 16 bytes. Knuth, Morris and Pratt's search (SIAM J. Comput. 6(2),
// 1977) never looks back, so that the pattern may be cut anywhere. The word is 1 plus the length of the longest prefix
// of the pattern that the bytes so far end with.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "mcc/framing/framer.hpp"
#include "mcc/program.hpp"

namespace mcc::framing {

class DelimiterFramer {
 public:
  static constexpr std::size_t kPatternMax = 16;

  static const char* fault(const Delimiter& spec) noexcept {
    if (spec.bytes.empty() || spec.bytes.size() > kPatternMax) return "has a delimiter that is not 1 to 16 bytes";
    return nullptr;
  }

  explicit DelimiterFramer(const Delimiter& spec) noexcept : size_(static_cast<std::uint8_t>(spec.bytes.size())) {
    std::copy(spec.bytes.begin(), spec.bytes.end(), pattern_.begin());
    std::uint8_t border = 0;
    for (std::size_t i = 1; i < size_; ++i) {
      border = advance(border, pattern_[i]);
      border_[i] = border;
    }
  }

  Result feed(std::uint32_t& word, Bytes bytes) noexcept {
    auto matched = static_cast<std::uint8_t>(word == 0 ? 0 : word - 1);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (matched == 0) {
        const void* first = std::memchr(&bytes[i], std::to_integer<int>(pattern_[0]), bytes.size() - i);
        if (first == nullptr) break;
        i = static_cast<std::size_t>(static_cast<const std::byte*>(first) - bytes.data());
      }
      matched = advance(matched, bytes[i]);
      if (matched == size_) {
        word = 0;
        return {.progress = Progress::complete, .consumed = i + 1};
      }
    }
    word = 1u + matched;
    return {.consumed = bytes.size()};
  }

  Result finish(std::uint32_t& word) noexcept {
    word = 0;
    return {.progress = Progress::broken, .error = Error::closed_early};
  }

  void drop(std::uint32_t& word) noexcept { word = 0; }

 private:
  // How much of the pattern is matched (less than all of it before) once `byte` has come too.
  std::uint8_t advance(std::uint8_t matched, std::byte byte) const noexcept {
    while (matched > 0 && byte != pattern_[matched]) matched = border_[matched - 1u];
    return static_cast<std::uint8_t>(matched + (byte == pattern_[matched] ? 1 : 0));
  }

  std::array<std::byte, kPatternMax> pattern_{};
  // Length of the longest proper prefix of the pattern that is also a suffix of its first i + 1 bytes.
  std::array<std::uint8_t, kPatternMax> border_{};
  std::uint8_t size_;
};

}  // namespace mcc::framing

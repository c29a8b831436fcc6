#pragma once
// `length-prefixed`: a length field of 1, 2, 3, 4 or 8 bytes or a varint at an offset. The whole reply is
// offset + width + value + adjust bytes. The word is the index of a side record, taken only when the reply is cut.

#include <algorithm>
#include <cstdint>

#include "mcc/framing/framer.hpp"
#include "mcc/program.hpp"
#include "mcc/side_pool.hpp"

namespace mcc::framing {

class LengthPrefixedFramer {
 public:
  static const char* fault(const LengthPrefixed& spec) noexcept {
    if (spec.width > 4 && spec.width != 8)
      return "has a length field that is neither 1, 2, 3, 4 or 8 bytes wide nor a varint";
    if (spec.adjust > kAdjustMax || spec.adjust < -kAdjustMax) return "adjusts a length by more than 2^53";
    return nullptr;
  }

  LengthPrefixedFramer(const LengthPrefixed& spec, std::size_t sessions) : spec_(spec), pool_(sessions) {}

  Result feed(std::uint32_t& word, Bytes bytes) noexcept {
    Reply& reply = pool_[word];
    if (word == 0) reply = {};
    std::size_t used = 0;
    if (reply.total == 0 && !read_length(reply, bytes, used)) return broken(word, Error::bad_reply);
    if (reply.total != 0) {
      const std::uint64_t missing = reply.total - reply.position;
      if (bytes.size() - used >= missing) {
        drop(word);
        return {.progress = Progress::complete, .consumed = used + static_cast<std::size_t>(missing)};
      }
      reply.position += bytes.size() - used;
    }
    if (word == 0) {
      const std::uint32_t index = pool_.take();
      if (index == 0) return broken(word, Error::no_memory);
      pool_[index] = reply;
      word = index;
    }
    return {.consumed = bytes.size()};
  }

  Result finish(std::uint32_t& word) noexcept { return broken(word, Error::closed_early); }

  void drop(std::uint32_t& word) noexcept {
    if (word != 0) pool_.give(word);
    word = 0;
  }

  std::size_t records_in_use() const noexcept { return pool_.in_use(); }

 private:
  struct Reply {
    std::uint64_t position = 0;  // bytes of the reply that have come
    std::uint64_t total = 0;     // bytes of the whole reply; 0 until it is known
    std::uint64_t value = 0;     // the length field so far
  };

  static constexpr std::int64_t kAdjustMax = std::int64_t{1} << 53;
  static constexpr std::uint64_t kVarintMax = 5;

  // Reads on up to the end of the length field, and counts in `used` and position what was read. False: no such reply.
  bool read_length(Reply& reply, Bytes bytes, std::size_t& used) const noexcept {
    if (reply.position < spec_.offset) {
      used = static_cast<std::size_t>(std::min<std::uint64_t>(spec_.offset - reply.position, bytes.size()));
      reply.position += used;
    }
    while (used < bytes.size()) {
      const auto byte = std::to_integer<std::uint64_t>(bytes[used++]);
      const std::uint64_t nth = reply.position++ - spec_.offset;
      bool ends = nth + 1 == spec_.width;
      if (spec_.width == 0) {
        reply.value |= (byte & 0x7f) << (7 * nth);
        ends = (byte & 0x80) == 0;
        if (!ends && nth + 1 == kVarintMax) return false;
      } else if (spec_.little_endian) {
        reply.value |= byte << (8 * nth);
      } else {
        reply.value = reply.value << 8 | byte;
      }
      if (ends) return sum_total(reply);
    }
    return true;
  }

  // The length field ends at `position`. False when the reply would end before its length field does, or never.
  bool sum_total(Reply& reply) const noexcept {
    const std::int64_t rest = static_cast<std::int64_t>(reply.position) + spec_.adjust;
    if (__builtin_add_overflow(reply.value, rest, &reply.total)) return false;
    return reply.total >= reply.position;
  }

  Result broken(std::uint32_t& word, Error error) noexcept {
    drop(word);
    return {.progress = Progress::broken, .error = error};
  }

  LengthPrefixed spec_;
  SidePool<Reply> pool_;
};

}  // namespace mcc::framing

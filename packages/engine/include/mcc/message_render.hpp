#pragma once
// The bytes of a burst with its patches filled in, any part of it at any time: every value is a pure function of the
// seed, the connection, the message's sequence number and its departure. So are the lengths of those that are inserted,
// and hence where everything after them lies.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "mcc/compiled_program.hpp"
#include "mcc/random.hpp"

namespace mcc {

struct Departure {
  std::uint64_t seed;
  std::uint32_t connection_id;
  std::uint32_t sequence;  // of the burst's first message
  Nanos at;                // as it was intended
  std::uint32_t connections = 1;
};

// Whether the message's length, or what it says of it, depends on values.
inline bool varies(const Message& message) noexcept {
  return std::any_of(message.patches.begin(), message.patches.end(),
                     [](const Patch& patch) { return patch.width == 0 || patch.kind == Patch::Kind::length; });
}

namespace detail {

inline constexpr std::size_t kFieldWidthMax = 20;

// Purpose of the draws that pick rows: fields of one table in one message are of one row.
inline constexpr std::uint32_t kRowPurpose = 0x80000000;

// A number that no other message of the run has.
inline std::uint64_t serial(const Departure& departure, std::uint32_t sequence) noexcept {
  return std::uint64_t{sequence} * departure.connections + departure.connection_id;
}

inline Bytes cell(const Field& field, const Departure& departure) noexcept {
  const std::uint32_t sequence = departure.sequence + field.message;
  const std::vector<std::uint32_t>& ends = field.column->ends;
  const std::size_t row =
      field.at_random
          ? below(ends.size(), draw(departure.seed, departure.connection_id, sequence, kRowPurpose + field.table))
          : serial(departure, sequence) % ends.size();
  const std::uint32_t begin = row == 0 ? 0 : ends[row - 1];
  return Bytes(field.column->bytes).subspan(begin, ends[row] - begin);
}

inline std::uint64_t size_from(const Burst& burst, const Departure& departure, std::uint32_t from) noexcept;

inline std::uint64_t field_value(const Burst& burst, const Field& field, const Departure& departure) noexcept {
  const std::uint32_t sequence = departure.sequence + field.message;
  switch (field.kind) {
    case Patch::Kind::counter:
      return sequence;
    case Patch::Kind::connection_id:
      return departure.connection_id;
    case Patch::Kind::timestamp_ns:
      return departure.at;
    case Patch::Kind::serial:
      return serial(departure, sequence);
    case Patch::Kind::length:
      return size_from(burst, departure, field.from);
    case Patch::Kind::table:
    case Patch::Kind::random:
      break;
  }
  const std::uint64_t bits = draw(departure.seed, departure.connection_id, sequence, field.salt);
  return field.below == 0 ? bits : below(field.below, bits);
}

// The low digits, zeros on the left.
inline void put_digits(std::byte* out, std::size_t width, std::uint64_t value, unsigned base) noexcept {
  for (std::size_t i = width; i-- > 0; value /= base) out[i] = static_cast<std::byte>("0123456789abcdef"[value % base]);
}

inline void encode(const Burst& burst, const Field& field, const Departure& departure, std::byte* out) noexcept {
  std::uint64_t value = field_value(burst, field, departure);
  switch (field.encoding) {
    case Patch::Encoding::little:
      for (std::size_t i = 0; i < field.width; ++i, value >>= 8) out[i] = static_cast<std::byte>(value);
      return;
    case Patch::Encoding::big:
      for (std::size_t i = field.width; i-- > 0; value >>= 8) out[i] = static_cast<std::byte>(value);
      return;
    case Patch::Encoding::hex:
      put_digits(out, field.width, value, 16);
      return;
    case Patch::Encoding::decimal:
      break;
  }
  if (field.kind != Patch::Kind::random || field.below != 0) {
    put_digits(out, field.width, value, 10);
    return;
  }
  // 64 bits have no 20 uniform digits: two draws of ten.
  constexpr std::uint64_t kTenDigits = 10'000'000'000;
  const std::size_t low = std::min<std::size_t>(field.width, 10);
  put_digits(out + field.width - low, low, below(kTenDigits, value), 10);
  put_digits(out, field.width - low, below(kTenDigits, mix(value)), 10);
}

// What is inserted; a number is written to `digits`.
inline Bytes inserted(const Burst& burst, const Field& field, const Departure& departure,
                      std::array<std::byte, kFieldWidthMax>& digits) noexcept {
  if (field.kind == Patch::Kind::table) return cell(field, departure);
  std::uint64_t value = field_value(burst, field, departure);
  const unsigned base = field.encoding == Patch::Encoding::hex ? 16 : 10;
  std::size_t at = digits.size();
  do {
    digits[--at] = static_cast<std::byte>("0123456789abcdef"[value % base]);
    value /= base;
  } while (value != 0);
  return Bytes(digits).subspan(at);
}

// Bytes from byte `from` of the data to the end, with what is inserted there.
inline std::uint64_t size_from(const Burst& burst, const Departure& departure, std::uint32_t from) noexcept {
  std::uint64_t size = burst.size - from;
  std::array<std::byte, kFieldWidthMax> digits;
  for (const Field& field : burst.fields) {
    if (field.width == 0 && field.offset >= from) size += inserted(burst, field, departure, digits).size();
  }
  return size;
}

}  // namespace detail

// Keeps, of all bytes that are put to it, those in [offset, offset + out.size()).
class Window {
 public:
  Window(std::size_t offset, std::span<std::byte> out) : offset_(offset), out_(out) {}

  void put(Bytes bytes) noexcept {
    const std::size_t from = std::max(put_, offset_);
    const std::size_t to = std::min(put_ + bytes.size(), offset_ + out_.size());
    if (from < to) std::memcpy(out_.data() + (from - offset_), bytes.data() + (from - put_), to - from);
    put_ += bytes.size();
  }

  // Bytes put so far, kept or not.
  std::size_t size() const noexcept { return put_; }

 private:
  std::size_t offset_;
  std::span<std::byte> out_;
  std::size_t put_ = 0;
};

// The whole of a burst that may vary in length.
inline void render(const Burst& burst, const Departure& departure, Window& window) noexcept {
  const Bytes data{burst.data, burst.size};
  std::size_t done = 0;
  std::array<std::byte, detail::kFieldWidthMax> value;
  for (const Field& field : burst.fields) {
    window.put(data.subspan(done, field.offset - done));
    done = field.offset + field.width;
    if (field.width == 0) {
      window.put(detail::inserted(burst, field, departure, value));
    } else {
      detail::encode(burst, field, departure, value.data());
      window.put(Bytes(value).first(field.width));
    }
  }
  window.put(data.subspan(done));
}

// The most bytes that it can have.
inline std::uint64_t size_max(const Burst& burst) noexcept {
  std::uint64_t size = burst.size;
  for (const Field& field : burst.fields) {
    if (field.width > 0) continue;
    std::uint64_t longest = detail::kFieldWidthMax;
    if (field.kind == Patch::Kind::table) {
      longest = 0;
      std::uint32_t begin = 0;
      for (const std::uint32_t end : field.column->ends) {
        longest = std::max<std::uint64_t>(longest, end - begin);
        begin = end;
      }
    }
    size += longest;
  }
  return size;
}

// Of a burst that does not vary in length, writes bytes [offset, offset + out.size()).
inline void render(const Burst& burst, const Departure& departure, std::size_t offset,
                   std::span<std::byte> out) noexcept {
  std::memcpy(out.data(), burst.data + offset, out.size());
  const std::size_t end = offset + out.size();
  for (const Field& field : burst.fields) {
    const std::size_t from = std::max<std::size_t>(field.offset, offset);
    const std::size_t to = std::min<std::size_t>(std::size_t{field.offset} + field.width, end);
    if (from >= to) continue;
    std::array<std::byte, detail::kFieldWidthMax> value;
    detail::encode(burst, field, departure, value.data());
    std::memcpy(out.data() + (from - offset), value.data() + (from - field.offset), to - from);
  }
}

}  // namespace mcc

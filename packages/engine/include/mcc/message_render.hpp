#pragma once
// The bytes of a burst with its patches filled in, any part of it at any time: every value is a pure function of the
// seed, the connection, the message's sequence number and its departure.

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
};

namespace detail {

inline constexpr std::size_t kFieldWidthMax = 20;

inline std::uint64_t field_value(const Field& field, const Departure& departure) noexcept {
  const std::uint32_t sequence = departure.sequence + field.message;
  switch (field.kind) {
    case Patch::Kind::counter:
      return sequence;
    case Patch::Kind::connection_id:
      return departure.connection_id;
    case Patch::Kind::timestamp_ns:
      return departure.at;
    case Patch::Kind::random:
      break;
  }
  return draw(departure.seed, departure.connection_id, sequence, field.offset);
}

// The low digits, zeros on the left.
inline void put_digits(std::byte* out, std::size_t width, std::uint64_t value, unsigned base) noexcept {
  for (std::size_t i = width; i-- > 0; value /= base) out[i] = static_cast<std::byte>("0123456789abcdef"[value % base]);
}

inline void encode(const Field& field, const Departure& departure, std::byte* out) noexcept {
  std::uint64_t value = field_value(field, departure);
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
  if (field.kind != Patch::Kind::random) {
    put_digits(out, field.width, value, 10);
    return;
  }
  // 64 bits have no 20 uniform digits: two draws of ten.
  constexpr std::uint64_t kTenDigits = 10'000'000'000;
  const std::size_t low = std::min<std::size_t>(field.width, 10);
  put_digits(out + field.width - low, low, below(kTenDigits, value), 10);
  put_digits(out, field.width - low, below(kTenDigits, mix(value)), 10);
}

}  // namespace detail

// Writes bytes [offset, offset + out.size()) of the burst.
inline void render(const Burst& burst, const Departure& departure, std::size_t offset,
                   std::span<std::byte> out) noexcept {
  std::memcpy(out.data(), burst.data + offset, out.size());
  const std::size_t end = offset + out.size();
  for (const Field& field : burst.fields) {
    const std::size_t from = std::max<std::size_t>(field.offset, offset);
    const std::size_t to = std::min<std::size_t>(std::size_t{field.offset} + field.width, end);
    if (from >= to) continue;
    std::array<std::byte, detail::kFieldWidthMax> value;
    detail::encode(field, departure, value.data());
    std::memcpy(out.data() + (from - offset), value.data() + (from - field.offset), to - from);
  }
}

}  // namespace mcc

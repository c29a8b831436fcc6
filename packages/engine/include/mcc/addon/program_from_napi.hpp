#pragma once
// The plain JavaScript object of packages/core/src/contracts/program.ts -> mcc::Program. Only its shape is checked
// here; what the program means is the compiler's to judge.

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mcc/addon/from_napi.hpp"
#include "mcc/failure.hpp"
#include "mcc/program.hpp"
#include "mcc/stats.hpp"

namespace mcc::addon {

[[noreturn]] inline void bad_program(const std::string& where, const std::string& what) {
  throw Failure("MCC_ERR_PROGRAM", "The program cannot run: " + where + " " + what + ".");
}

inline std::string sentence(const ProgramFault& fault) {
  if (fault.step < 0) return std::string("The program cannot run: ") + fault.reason + ".";
  return "The program cannot run: step " + std::to_string(fault.step) + " " + fault.reason + ".";
}

inline std::vector<std::byte> byte_vector(const Napi::Value& value, const std::string& field) {
  const std::span<std::byte> view = bytes(value, field);
  return {view.begin(), view.end()};
}

// A field that may be left out.
inline std::uint64_t size_or_zero(const Napi::Object& from, const char* field) {
  const Napi::Value value = from.Get(field);
  return value.IsUndefined() ? 0 : size(value, field);
}

inline Patch::Kind patch_kind_from(const std::string& kind, const std::string& where) {
  if (kind == "counter") return Patch::Kind::counter;
  if (kind == "connectionId") return Patch::Kind::connection_id;
  if (kind == "timestampNs") return Patch::Kind::timestamp_ns;
  if (kind == "random") return Patch::Kind::random;
  if (kind == "serial") return Patch::Kind::serial;
  if (kind == "length") return Patch::Kind::length;
  if (kind == "table") return Patch::Kind::table;
  bad_program(where, "has a patch of the unknown kind '" + kind + "'");
}

inline Patch::Encoding encoding_from(const Napi::Value& encoding, const std::string& where) {
  const std::string name = encoding.IsUndefined() ? "big" : text(encoding, "encoding");
  if (name == "big") return Patch::Encoding::big;
  if (name == "little") return Patch::Encoding::little;
  if (name == "decimal") return Patch::Encoding::decimal;
  if (name == "hex") return Patch::Encoding::hex;
  bad_program(where, "has a patch with the unknown encoding '" + name + "'");
}

inline Patch patch_from(const Napi::Object& from, const std::string& where) {
  Patch patch{};
  patch.kind = patch_kind_from(text(from.Get("kind"), "kind"), where);
  patch.encoding = encoding_from(from.Get("encoding"), where);
  patch.offset = size32(from.Get("offset"), "offset");
  const std::uint64_t width = size_or_zero(from, "width");
  if (width > 255) bad_program(where, "has a patch that is too wide");
  patch.width = static_cast<std::uint8_t>(width);
  patch.below = size_or_zero(from, "below");
  if (patch.below == 0 && !from.Get("below").IsUndefined()) bad_program(where, "has a random patch below 0");
  if (patch.kind == Patch::Kind::length) patch.from = size32(from.Get("from"), "from");
  if (patch.kind == Patch::Kind::table) {
    patch.table = size32(from.Get("table"), "table");
    patch.column = size32(from.Get("column"), "column");
  }
  return patch;
}

inline Message message_from(const Napi::Object& from, const std::string& where) {
  Message message{byte_vector(from.Get("bytes"), "bytes"), {}};
  const Napi::Value patches = from.Get("patches");
  if (patches.IsUndefined()) return message;
  const Napi::Array list = array(patches, "patches");
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    message.patches.push_back(patch_from(object(list.Get(i), "patches"), where));
  }
  return message;
}

inline framing::LengthPrefixed length_prefixed_from(const Napi::Object& from, const std::string& where) {
  framing::LengthPrefixed framing{.offset = size32(from.Get("offset"), "offset"), .width = 0};
  const Napi::Value width = from.Get("width");
  if (width.IsNumber()) {
    const std::uint32_t number = size32(width, "width");
    if (number == 0 || number > 8) bad_program(where, "has a length field of an impossible width");
    framing.width = static_cast<std::uint8_t>(number);
  } else if (text(width, "width") != "varint") {
    bad_program(where, "has a length field of an unknown width");
  }
  const Napi::Value endian = from.Get("endian");
  const std::string order = endian.IsUndefined() ? "big" : text(endian, "endian");
  if (order != "big" && order != "little") bad_program(where, "has a length field of an unknown endian");
  framing.little_endian = order == "little";
  const Napi::Value adjust = from.Get("adjust");
  if (!adjust.IsUndefined()) framing.adjust = whole(adjust, "adjust");
  return framing;
}

inline framing::Http1 http1_from(const Napi::Object& from, const std::string& where) {
  framing::Http1 framing;
  framing.head = from.Get("head").ToBoolean();
  const Napi::Value ranges = from.Get("expectStatus");
  if (!ranges.IsUndefined()) {
    framing.expect_status.clear();
    const Napi::Array list = array(ranges, "expectStatus");
    for (std::uint32_t i = 0; i < list.Length(); ++i) {
      const Napi::Array range = array(list.Get(i), "expectStatus");
      const std::uint32_t first = size32(range.Get(0u), "expectStatus");
      const std::uint32_t last = size32(range.Get(1u), "expectStatus");
      if (first > 999 || last > 999) bad_program(where, "expects a status above 999");
      framing.expect_status.emplace_back(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
    }
  }
  const Napi::Value digest = from.Get("expectSha256");
  if (!digest.IsUndefined()) {
    const std::span<std::byte> wanted = bytes(digest, "expectSha256");
    if (wanted.size() != 32) bad_program(where, "has an expectSha256 that is not 32 bytes");
    std::copy(wanted.begin(), wanted.end(), framing.expect_sha256.emplace().begin());
  }
  return framing;
}

inline Framing framing_from(const Napi::Object& from, const std::string& where) {
  const std::string kind = text(from.Get("kind"), "kind");
  if (kind == "none") return framing::None{};
  if (kind == "any") return framing::Any{};
  if (kind == "fixed") return framing::Fixed{size(from.Get("bytes"), "bytes")};
  if (kind == "delimiter") return framing::Delimiter{byte_vector(from.Get("bytes"), "bytes")};
  if (kind == "length-prefixed") return length_prefixed_from(from, where);
  if (kind == "http1") return http1_from(from, where);
  bad_program(where, "has the unknown framing '" + kind + "'");
}

inline Wait wait_from(const Napi::Object& from, const std::string& where) {
  const std::string kind = text(from.Get("kind"), "kind");
  const auto ns = [&](const char* field) -> Nanos { return size(from.Get(field), field); };
  if (kind == "constant") return wait::Constant{ns("ns")};
  if (kind == "uniform") return wait::Uniform{ns("minNs"), ns("maxNs")};
  if (kind == "exponential") return wait::Exponential{ns("meanNs")};
  if (kind == "period") {
    const Napi::Value share = from.Get("share"), burst = from.Get("burst");
    if (!share.IsUndefined() && !share.IsNumber()) bad_program(where, "has a share that is no number");
    return wait::Period{ns("ns"), share.IsUndefined() ? 1.0 : share.As<Napi::Number>().DoubleValue(),
                        burst.IsUndefined() ? 1 : size32(burst, "burst")};
  }
  bad_program(where, "has a wait of the unknown kind '" + kind + "'");
}

inline RequestClass class_from(const Napi::Object& from, const std::string& where) {
  const Napi::Value request_class = from.Get("class");
  if (request_class.IsUndefined()) return std::nullopt;
  const std::uint32_t index = size32(request_class, "class");
  if (index >= stats::kClassesMax) bad_program(where, "is in a class that there is not");
  return static_cast<std::uint8_t>(index);
}

inline OutcomeClass outcome_class_from(const Napi::Object& from, const std::string& where) {
  const std::uint32_t first = size32(from.Get("from"), "from");
  const std::uint32_t last = size32(from.Get("to"), "to");
  if (first >= stats::kOutcomesMax || last >= stats::kOutcomesMax) bad_program(where, "is of outcomes above 1023");
  const RequestClass request_class = class_from(from, where);
  if (!request_class) bad_program(where, "is of no class");
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last), *request_class};
}

inline step::Answer answer_from(const Napi::Object& from, const std::string& where) {
  const Napi::Array list = array(from.Get("messages"), "messages");
  step::Answer answer{};
  if (list.Length() != answer.messages.size()) bad_program(where, "must have four messages");
  for (std::uint32_t i = 0; i < list.Length(); ++i) answer.messages[i] = size32(list.Get(i), "messages");
  return answer;
}

inline step::Receive receive_from(const Napi::Object& from, const std::string& where) {
  step::Receive receive{framing_from(object(from.Get("framing"), "framing"), where)};
  const Napi::Value sent_at = from.Get("sentAt");
  if (!sent_at.IsUndefined()) receive.sent_at = size32(sent_at, "sentAt");
  return receive;
}

inline std::optional<Reconnect> reconnect_from(const Napi::Value& value) {
  if (value.IsUndefined()) return std::nullopt;
  if (value.IsString() && text(value, "reconnect") == "never") return Reconnect{.never = true};
  const Napi::Object from = object(value, "reconnect");
  return Reconnect{.min_ns = size(from.Get("minNs"), "minNs"), .max_ns = size(from.Get("maxNs"), "maxNs")};
}

inline step::Repeat repeat_from(const Napi::Object& from, const std::string& where) {
  step::Repeat repeat{.from = size32(from.Get("from"), "from")};
  const Napi::Value times = from.Get("times");
  if (times.IsUndefined()) return repeat;
  repeat.times = size32(times, "times");
  if (repeat.times == 0) bad_program(where, "repeats zero times");
  return repeat;
}

inline step::Close close_from(const Napi::Object& from, const std::string& where) {
  const Napi::Value when = from.Get("when");
  if (when.IsUndefined()) return {};
  if (text(when, "when") != "last") bad_program(where, "closes at an unknown time");
  return {.when_last = true};
}

inline Step step_from(const Napi::Object& from, const std::string& where) {
  const std::string kind = text(from.Get("kind"), "kind");
  if (kind == "send") return step::Send{size32(from.Get("message"), "message"), class_from(from, where)};
  if (kind == "sendOneOf") return step::SendOneOf{size32(from.Get("mix"), "mix")};
  if (kind == "answer") return answer_from(from, where);
  if (kind == "expect") return step::Expect{framing_from(object(from.Get("framing"), "framing"), where)};
  if (kind == "receive") return receive_from(from, where);
  if (kind == "echo") return step::Echo{};
  if (kind == "wait") return step::Pause{wait_from(object(from.Get("time"), "time"), where)};
  if (kind == "repeat") return repeat_from(from, where);
  if (kind == "close") return close_from(from, where);
  if (kind == "handler") return step::Handler{};
  bad_program(where, "is of the unknown kind '" + kind + "'");
}

inline Mix mix_from(const Napi::Object& from, const std::string& where) {
  const Napi::Array list = array(from, "mixes");
  Mix mix;
  for (std::uint32_t i = 0; i < list.Length(); ++i) {
    const Napi::Object one = object(list.Get(i), "mixes");
    Alternative alternative{.message = size32(one.Get("message"), "message")};
    if (!one.Get("weight").IsUndefined()) alternative.weight = size32(one.Get("weight"), "weight");
    alternative.request_class = class_from(one, where);
    const Napi::Value reply = one.Get("reply");
    if (!reply.IsUndefined()) alternative.reply = framing_from(object(reply, "reply"), where);
    mix.push_back(std::move(alternative));
  }
  return mix;
}

inline Table table_from(const Napi::Object& from, const std::string& where) {
  Table table;
  const Napi::Array columns = array(from.Get("columns"), "columns");
  for (std::uint32_t i = 0; i < columns.Length(); ++i) {
    const Napi::Object column = object(columns.Get(i), "columns");
    const std::span<const std::uint32_t> ends = words(column.Get("ends"), "ends");
    table.columns.push_back({byte_vector(column.Get("bytes"), "bytes"), {ends.begin(), ends.end()}});
  }
  const Napi::Value order = from.Get("order");
  const std::string name = order.IsUndefined() ? "sequential" : text(order, "order");
  if (name != "sequential" && name != "random") bad_program(where, "has rows in the unknown order '" + name + "'");
  table.at_random = name == "random";
  return table;
}

// Runs `convert`; whatever it finds wrong is the program's fault, at `where`.
template <class Convert>
auto blame_program(const std::string& where, Convert convert) {
  try {
    return convert();
  } catch (const Failure& failure) {
    if (failure.code() == "MCC_ERR_PROGRAM") throw;
    throw Failure("MCC_ERR_PROGRAM", "The program cannot run: " + where + failure.what());
  }
}

// One of the program's lists; `entry` is what one of its entries is called.
template <class Convert>
auto list_from(const Napi::Object& program, const char* list, const char* entry, Convert convert,
               bool is_optional = false) {
  std::vector<decltype(convert(program, std::string()))> result;
  if (program.Get(list).IsUndefined() && is_optional) return result;
  const Napi::Array entries = array(program.Get(list), list);
  for (std::uint32_t i = 0; i < entries.Length(); ++i) {
    const std::string where = entry + (" " + std::to_string(i));
    result.push_back(
        blame_program("in " + where + ", ", [&] { return convert(object(entries.Get(i), where), where); }));
  }
  return result;
}

// Only how many there are matters here.
inline std::size_t classes_from(const Napi::Object& program) {
  const Napi::Value names = program.Get("classes");
  return names.IsUndefined() ? 0 : array(names, "classes").Length();
}

inline Program program_from(const Napi::Value& value) {
  return blame_program("", [&] {
    const Napi::Object from = object(value, "program");
    Program program{role_from(from.Get("role")),
                    list_from(from, "messages", "message", message_from),
                    list_from(from, "steps", "step", step_from),
                    classes_from(from),
                    list_from(from, "outcomeClasses", "outcome class", outcome_class_from, true),
                    list_from(from, "mixes", "mix", mix_from, true),
                    list_from(from, "tables", "table", table_from, true)};
    const Napi::Value priorities = from.Get("priorities");
    if (!priorities.IsUndefined()) program.priorities = size32(priorities, "priorities");
    program.reconnect = reconnect_from(from.Get("reconnect"));
    program.sized = from.Get("sized").ToBoolean();
    return program;
  });
}

}  // namespace mcc::addon

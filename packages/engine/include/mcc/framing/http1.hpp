#pragma once
// `http1`: an HTTP/1.x message (RFC 9112), for a client a response, for a server a request. llhttp does the parsing.
// The word is the index of a side record, taken only when a message is cut.

#include <llhttp.h>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "mcc/framing/framer.hpp"
#include "mcc/framing/head_memo.hpp"
#include "mcc/framing/sha256.hpp"
#include "mcc/program.hpp"
#include "mcc/side_pool.hpp"

namespace mcc::framing {

// What a client that expects it is told before it sends the body (RFC 9110 section 15.2.1).
inline constexpr std::string_view kGoAhead = "HTTP/1.1 100 Continue\r\n\r\n";

class Http1Framer {
 public:
  // The most bytes that a message may have before its body, interim responses included.
  static constexpr std::uint32_t kHeadMax = 64 * 1024;

  static const char* fault(const Http1& spec, Role role) noexcept;

  Http1Framer(const Http1& spec, Role role, std::size_t sessions);

  Result feed(std::uint32_t& word, Bytes bytes) noexcept;
  Result finish(std::uint32_t& word) noexcept;
  void drop(std::uint32_t& word) noexcept {
    if (word != 0) messages_.give(word);
    word = 0;
  }

  std::size_t records_in_use() const noexcept { return messages_.in_use(); }

 private:
  // A message under way. llhttp hands its callbacks a pointer to `parser`, which is as good as one to the whole.
  struct Message {
    llhttp_t parser;
    std::uint64_t body;       // once the head is over: its Content-Length, or 0
    std::uint32_t head_left;  // bytes that the head may still have; 0 once it is over
  };
  static_assert(sizeof(Message) <= 128);

  static constexpr unsigned kStatusMax = 999;

  static int on_head_end(llhttp_t* parser, bool allowed, bool has_body) noexcept;
  static int on_request_head(llhttp_t* parser) noexcept;
  static int on_response_head(llhttp_t* parser) noexcept;
  static int on_response_head_to_head(llhttp_t* parser) noexcept;
  static int on_body(llhttp_t* parser, const char* at, std::size_t size) noexcept;
  static int on_message_complete(llhttp_t*) noexcept { return HPE_PAUSED; }
  static const llhttp_settings_t* settings_for(const Http1& spec, Role role) noexcept;

  bool is_client() const noexcept { return role_ == Role::client; }
  void start(std::uint32_t word, std::uint32_t head_left) noexcept;
  bool keep(std::uint32_t& word) noexcept;
  bool waits(const Message& message, Bytes bytes) const noexcept;
  Result complete(std::uint32_t& word, Bytes read, bool alone) noexcept;
  Result broken(std::uint32_t& word, Error error) noexcept {
    drop(word);
    return {.progress = Progress::broken, .error = error};
  }

  Role role_;
  const llhttp_settings_t* settings_;
  std::bitset<kStatusMax + 1> expected_status_;
  std::optional<Digest> expected_digest_;
  // Record 0 is scratch: a message that lies whole in one buffer never leaves it.
  SidePool<Message> messages_;
  // The hash of message n's body, where one is asked for.
  Reserved<Sha256> hashes_;
  HeadMemo memo_;
};

inline const char* Http1Framer::fault(const Http1& spec, Role role) noexcept {
  if (role == Role::server) {
    return spec.head || spec.expect_sha256
               ? "sets head or expectSha256, which are for responses, and a server reads none"
               : nullptr;
  }
  if (spec.head && spec.expect_sha256) return "expects a SHA-256 of the response to HEAD, which has no body";
  if (spec.expect_status.empty()) return "expects no status at all";
  for (const auto& [from, to] : spec.expect_status) {
    if (from < 100 || to > kStatusMax || from > to)
      return "expects a range of statuses that is not within 100-999, low end first";
  }
  return nullptr;
}

inline Http1Framer::Http1Framer(const Http1& spec, Role role, std::size_t sessions)
    : role_(role),
      settings_(settings_for(spec, role)),
      expected_digest_(spec.expect_sha256),
      messages_(sessions),
      hashes_(spec.expect_sha256 ? sessions + 1 : 0) {
  for (const auto& [from, to] : spec.expect_status) {
    for (std::size_t status = from; status <= to; ++status) expected_status_.set(status);
  }
}

inline Result Http1Framer::feed(std::uint32_t& word, Bytes bytes) noexcept {
  const bool fresh = word == 0;
  if (fresh) {
    if (const Result* known = memo_.recall(bytes)) return *known;
    start(word, kHeadMax);
  }
  Message& message = messages_[word];
  const auto* const begin = reinterpret_cast<const char*>(bytes.data());
  const char* const end = begin + bytes.size();
  for (const char* at = begin; at != end;) {
    // No more than the head may still have, so that its bound holds however the bytes are cut.
    const std::uint32_t head_left = message.head_left;
    auto size = static_cast<std::size_t>(end - at);
    if (head_left != 0) size = std::min<std::size_t>(size, head_left);
    const llhttp_errno_t parsed = llhttp_execute(&message.parser, at, size);
    if (parsed == HPE_OK) {
      at += size;
      if (message.head_left == 0) continue;
      message.head_left -= static_cast<std::uint32_t>(size);
      if (message.head_left == 0) return broken(word, Error::bad_reply);
    } else if (parsed == HPE_PAUSED) {
      const char* const message_end = llhttp_get_error_pos(&message.parser);
      const bool interim = is_client() && message.parser.status_code / 100 == 1;
      if (!interim) return complete(word, bytes.first(static_cast<std::size_t>(message_end - begin)), at == begin);
      const auto head_used = static_cast<std::uint32_t>(message_end - at);
      if (head_used == head_left) return broken(word, Error::bad_reply);
      start(word, head_left - head_used);
      at = message_end;
    } else {
      return broken(word, Error::bad_reply);
    }
  }
  const bool go_ahead_wanted = fresh && waits(message, bytes);
  if (!keep(word)) return broken(word, Error::no_memory);
  return {.waits = go_ahead_wanted, .consumed = bytes.size()};
}

inline Result Http1Framer::finish(std::uint32_t& word) noexcept {
  const bool read_until_close = word != 0 && messages_[word].parser.finish == HTTP_FINISH_SAFE_WITH_CB;
  return read_until_close ? complete(word, {}, false) : broken(word, Error::closed_early);
}

inline void Http1Framer::start(std::uint32_t word, std::uint32_t head_left) noexcept {
  Message& message = messages_[word];
  llhttp_init(&message.parser, is_client() ? HTTP_RESPONSE : HTTP_REQUEST, settings_);
  message.head_left = head_left;
  if (!expected_digest_) return;
  hashes_[word].start();
  message.parser.data = &hashes_[word];
}

// Moves a message that is cut out of the scratch record. False: the pool is used up.
inline bool Http1Framer::keep(std::uint32_t& word) noexcept {
  if (word != 0) return true;
  word = messages_.take();
  if (word == 0) return false;
  messages_[word] = messages_[0];
  if (expected_digest_) {
    hashes_[word] = hashes_[0];
    messages_[word].parser.data = &hashes_[word];
  }
  return true;
}

// Whether these bytes are the head of a request, all of it and no more, that asks for 100 Continue before its body (RFC
// 9110 section 10.1.1). Looked for only here, where a request is cut, so that others pay nothing for it. A head that is
// cut itself goes unheard: its client sends the body by itself after a while.
inline bool Http1Framer::waits(const Message& message, Bytes bytes) const noexcept {
  constexpr std::string_view kField = "\r\nexpect:";
  constexpr std::string_view kValue = "100-continue";
  if (is_client() || message.head_left != 0 || message.parser.http_minor == 0) return false;
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (head.find("\r\n\r\n") + 4 != head.size()) return false;
  const auto alike = [](char written, char lower) {
    return (written >= 'A' && written <= 'Z' ? written - 'A' + 'a' : written) == lower;
  };
  const auto* field = std::search(head.begin(), head.end(), kField.begin(), kField.end(), alike);
  if (field == head.end()) return false;
  std::string_view value = head.substr(static_cast<std::size_t>(field - head.begin()) + kField.size());
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  return std::equal(kValue.begin(), kValue.end(), value.begin(), value.begin() + std::min(kValue.size(), value.size()),
                    [&](char lower, char written) { return alike(written, lower); });
}

// The message ended with `read`, and lies whole in it, with nothing before it, if it is `alone`.
inline Result Http1Framer::complete(std::uint32_t& word, Bytes read, bool alone) noexcept {
  const Message& message = messages_[word];
  const llhttp_t& parser = message.parser;
  Result result{.progress = Progress::complete, .consumed = read.size()};
  result.last = llhttp_should_keep_alive(&parser) == 0;
  if (is_client()) {
    result.outcome = parser.status_code;
    if (!expected_status_.test(parser.status_code)) {
      result.error = Error::unexpected_status;
    } else if (expected_digest_ && hashes_[word].finish() != *expected_digest_) {
      result.error = Error::body_mismatch;
    }
  } else {
    result.head = parser.method == HTTP_HEAD;
  }
  // Only where the head alone says where the message ends.
  if (alone && word == 0 && !expected_digest_ && (parser.flags & F_CHUNKED) == 0) {
    memo_.remember(read.first(read.size() - static_cast<std::size_t>(message.body)), result);
  }
  drop(word);
  return result;
}

// Of what these return to llhttp, -1 is an error, and 1 says that there is no body.
inline int Http1Framer::on_head_end(llhttp_t* parser, bool allowed, bool has_body) noexcept {
  auto* message = reinterpret_cast<Message*>(parser);
  message->head_left = 0;
  message->body = has_body ? parser->content_length : 0;
  if (!allowed || parser->http_major != 1) return -1;
  return has_body ? 0 : 1;
}

inline int Http1Framer::on_request_head(llhttp_t* parser) noexcept {
  // What follows CONNECT is not HTTP. Any other Upgrade may be ignored (RFC 9110 section 7.8), and is.
  const bool connect = parser->method == HTTP_CONNECT;
  parser->upgrade = 0;
  return on_head_end(parser, !connect, true);
}

inline int Http1Framer::on_response_head(llhttp_t* parser) noexcept {
  const unsigned status = parser->status_code;
  // RFC 9112 section 6.3: these have no body, whatever their headers say.
  const bool has_body = status >= 200 && status != 204 && status != 304;
  // 101 answers an Upgrade, which was not asked for.
  return on_head_end(parser, status >= 100 && status != 101, has_body);
}

inline int Http1Framer::on_response_head_to_head(llhttp_t* parser) noexcept {
  return on_response_head(parser) == -1 ? -1 : on_head_end(parser, true, false);
}

inline int Http1Framer::on_body(llhttp_t* parser, const char* at, std::size_t size) noexcept {
  static_cast<Sha256*>(parser->data)->add(std::as_bytes(std::span(at, size)));
  return 0;
}

inline const llhttp_settings_t* Http1Framer::settings_for(const Http1& spec, Role role) noexcept {
  static constexpr auto settings = [](llhttp_cb on_head, llhttp_data_cb on_body_bytes) {
    llhttp_settings_t made{};
    made.on_headers_complete = on_head;
    made.on_body = on_body_bytes;
    made.on_message_complete = on_message_complete;
    return made;
  };
  static constexpr llhttp_settings_t kRequest = settings(on_request_head, nullptr);
  static constexpr llhttp_settings_t kResponse = settings(on_response_head, nullptr);
  static constexpr llhttp_settings_t kResponseToHead = settings(on_response_head_to_head, nullptr);
  static constexpr llhttp_settings_t kResponseHashed = settings(on_response_head, on_body);
  if (role == Role::server) return &kRequest;
  if (spec.head) return &kResponseToHead;
  return spec.expect_sha256 ? &kResponseHashed : &kResponse;
}

}  // namespace mcc::framing

#pragma once
// `http1`: an HTTP/1.x message (RFC 9112), for a client a response, for a server a request. llhttp does the parsing.
// The word is the index of a side record, taken only when a message is cut.

#include <llhttp.h>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <optional>

#include "mcc/framing/framer.hpp"
#include "mcc/framing/sha256.hpp"
#include "mcc/program.hpp"
#include "mcc/side_pool.hpp"

namespace mcc::framing {

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
    std::uint32_t head_left;  // bytes that the head may still have; 0 once it is over
  };

  static constexpr unsigned kStatusMax = 999;

  static int on_request_head(llhttp_t* parser) noexcept;
  static int on_response_head(llhttp_t* parser) noexcept;
  static int on_response_head_to_head(llhttp_t* parser) noexcept;
  static int on_body(llhttp_t* parser, const char* at, std::size_t size) noexcept;
  static int on_message_complete(llhttp_t*) noexcept { return HPE_PAUSED; }
  static const llhttp_settings_t* settings_for(const Http1& spec, Role role) noexcept;

  bool is_client() const noexcept { return role_ == Role::client; }
  void start(Message& message, std::uint32_t head_left) noexcept;
  bool keep(std::uint32_t& word) noexcept;
  Result complete(std::uint32_t& word, std::size_t consumed) noexcept;
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
};

inline const char* Http1Framer::fault(const Http1& spec, Role role) noexcept {
  if (role == Role::server) {
    return spec.head || spec.expect_sha256 ? "head and expectSha256 are for responses, which a server does not read"
                                           : nullptr;
  }
  if (spec.head && spec.expect_sha256) return "the response to HEAD has no body that could have a SHA-256";
  if (spec.expect_status.empty()) return "expectStatus needs at least one range";
  for (const auto& [from, to] : spec.expect_status) {
    if (from < 100 || to > kStatusMax || from > to) return "expectStatus ranges lie within 100-999, low end first";
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
  Message& message = messages_[word];
  if (word == 0) start(message, kHeadMax);
  if (expected_digest_) message.parser.data = &hashes_[word];
  const auto* const begin = reinterpret_cast<const char*>(bytes.data());
  const char* at = begin;
  for (std::size_t rest = bytes.size(); rest > 0; rest = bytes.size() - static_cast<std::size_t>(at - begin)) {
    const std::uint32_t head_left = message.head_left;
    const std::size_t size = head_left == 0 ? rest : std::min<std::size_t>(rest, head_left);
    const llhttp_errno_t parsed = llhttp_execute(&message.parser, at, size);
    if (parsed == HPE_OK) {
      at += size;
      if (message.head_left == 0) continue;
      message.head_left -= static_cast<std::uint32_t>(size);
      if (message.head_left == 0) return broken(word, Error::bad_reply);
      continue;
    }
    if (parsed != HPE_PAUSED) return broken(word, Error::bad_reply);
    const char* const end = llhttp_get_error_pos(&message.parser);
    const bool interim = is_client() && message.parser.status_code / 100 == 1;
    if (!interim) return complete(word, static_cast<std::size_t>(end - begin));
    const auto head_used = static_cast<std::uint32_t>(end - at);
    if (head_used == head_left) return broken(word, Error::bad_reply);
    start(message, head_left - head_used);
    if (expected_digest_) message.parser.data = &hashes_[word];
    at = end;
  }
  if (!keep(word)) return broken(word, Error::no_memory);
  return {.consumed = bytes.size()};
}

inline Result Http1Framer::finish(std::uint32_t& word) noexcept {
  const bool read_until_close = messages_[word].parser.finish == HTTP_FINISH_SAFE_WITH_CB;
  return read_until_close ? complete(word, 0) : broken(word, Error::closed_early);
}

inline void Http1Framer::start(Message& message, std::uint32_t head_left) noexcept {
  llhttp_init(&message.parser, is_client() ? HTTP_RESPONSE : HTTP_REQUEST, settings_);
  message.head_left = head_left;
  if (expected_digest_) hashes_[0].start();
}

// Moves a message that is cut out of the scratch record. False: the pool is used up.
inline bool Http1Framer::keep(std::uint32_t& word) noexcept {
  if (word != 0) return true;
  word = messages_.take();
  if (word == 0) return false;
  messages_[word] = messages_[0];
  if (expected_digest_) hashes_[word] = hashes_[0];
  return true;
}

inline Result Http1Framer::complete(std::uint32_t& word, std::size_t consumed) noexcept {
  const llhttp_t& parser = messages_[word].parser;
  Result result{.progress = Progress::complete, .consumed = consumed};
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
  drop(word);
  return result;
}

// A callback's -1 is an error to llhttp; 1, from these, says that there is no body.
inline int Http1Framer::on_request_head(llhttp_t* parser) noexcept {
  reinterpret_cast<Message*>(parser)->head_left = 0;
  // What follows CONNECT is not HTTP. Any other Upgrade may be ignored (RFC 9110 section 7.8), and is.
  if (parser->http_major != 1 || parser->method == HTTP_CONNECT) return -1;
  parser->upgrade = 0;
  return 0;
}

inline int Http1Framer::on_response_head(llhttp_t* parser) noexcept {
  reinterpret_cast<Message*>(parser)->head_left = 0;
  const unsigned status = parser->status_code;
  // 101 answers an Upgrade, which was not asked for.
  if (parser->http_major != 1 || status < 100 || status == 101) return -1;
  // RFC 9112 section 6.3: these have no body, whatever their headers say.
  return status < 200 || status == 204 || status == 304 ? 1 : 0;
}

inline int Http1Framer::on_response_head_to_head(llhttp_t* parser) noexcept {
  return on_response_head(parser) == -1 ? -1 : 1;
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

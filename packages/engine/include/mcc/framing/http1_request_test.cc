#include <doctest/doctest.h>

#include <span>
#include <string>

#include "mcc/framing/http1.hpp"
#include "mcc/framing/testing.hpp"

namespace mcc::framing {
namespace {

using testing::broken;
using testing::check_all_cuts;
using testing::Seen;
using namespace std::literals;

struct Case {
  std::string name;
  std::string text;
  std::vector<Seen> expected;
  bool closes = false;
};

void check_request(const Case& example) {
  CAPTURE(example.name);
  Http1Framer framer({}, Role::server, 1);
  check_all_cuts(framer, example.text, example.expected, example.closes);
  CHECK(framer.records_in_use() == 0);
}

const std::string kCurl = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";

TEST_CASE("http1 server: requests as clients send them") {
  const std::string head = "HEAD /x?y=%20z HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string post =
      "POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
      "7\r\n\r\na=1&b=2";
  const std::string chunked =
      "PUT /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n4\r\nabcd\r\n0\r\n\r\n";
  const std::string close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const std::string ab = "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\nHost: a\r\nUser-Agent: ApacheBench/2.3\r\n\r\n";
  const std::string old = "HEAD / HTTP/1.0\r\n\r\n";
  const std::string absolute = "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\nGET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n";
  check_request({"a pipeline",
                 kCurl + head + post + chunked + ab + absolute + kCurl,
                 {{.size = kCurl.size()},
                  {.size = head.size(), .head = true},
                  {.size = post.size()},
                  {.size = chunked.size()},
                  {.size = ab.size()},
                  {.size = 31},
                  {.size = absolute.size() - 31},
                  {.size = kCurl.size()}}});
  check_request({"close", close, {{.size = close.size(), .last = true}}});
  check_request({"1.0", old, {{.size = old.size(), .last = true, .head = true}}});
  check_request({"empty lines before", "\r\n\r\n" + kCurl, {{.size = kCurl.size() + 4}}});
}

TEST_CASE("http1 server: who waits for 100 Continue") {
  const auto waits = [](const std::string& text, std::size_t cut = 0) {
    Http1Framer framer({}, Role::server, 1);
    std::uint32_t word = 0;
    bool found = false;
    for (const std::string& part : {text.substr(0, cut), text.substr(cut)}) {
      if (!part.empty()) found = framer.feed(word, std::as_bytes(std::span(part))).waits;
    }
    framer.drop(word);
    return found;
  };
  const std::string put = "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n";
  CHECK(waits(put + "Expect: 100-continue\r\n\r\n"));
  CHECK(waits(put + "eXPECT:\t100-Continue\r\n\r\n"));
  CHECK(waits("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK_FALSE(waits(put + "\r\n"));
  CHECK_FALSE(waits(put + "Expect: 100\r\n\r\n"));
  CHECK_FALSE(waits(put + "Expected: 100-continue\r\n\r\n"));
  // The body has begun, or there is none: there is nothing to wait for.
  CHECK_FALSE(waits(put + "Expect: 100-continue\r\n\r\nbo"));
  CHECK_FALSE(waits("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n"));
  // RFC 9110 section 10.1.1: not of HTTP/1.0. And no head that is cut: its client goes on by itself.
  CHECK_FALSE(waits("PUT / HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"));
  CHECK_FALSE(waits(put + "Expect: 100-continue\r\n\r\n", 20));
}

TEST_CASE("http1 server: an Upgrade is ignored, CONNECT refused") {
  const std::string websocket =
      "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n";
  const std::string h2c =
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: "
      "AAMAAABk\r\n"
      "Content-Length: 3\r\n\r\nabc";
  check_request({"upgrades",
                 websocket + h2c + kCurl,
                 {{.size = websocket.size()}, {.size = h2c.size()}, {.size = kCurl.size()}}});
  check_request({"connect", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n\x16\x03\x01", {broken(Error::bad_reply)}});
}

TEST_CASE("http1 server: what is not a request breaks the connection") {
  const Seen bad = broken(Error::bad_reply);
  const Case cases[] = {
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, {bad}},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {bad}},
      {"HTTP/0.9", "GET /\r\n\r\n", {bad}},
      {"HTTP/2.0", "GET / HTTP/2.0\r\n\r\n", {bad}},
      {"a method of its own", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", {bad}},
      {"a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", {bad}},
      {"a space in the target", "GET /a b HTTP/1.1\r\n\r\n", {bad}},
      {"length and chunked",
       "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       {bad}},
      {"a last coding that is not chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nabc", {bad}},
      {"chunked not last", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc", {bad}},
      {"a bare CR in a header", "GET / HTTP/1.1\r\nX: a\rY: b\r\n\r\n", {bad}},
      {"a response", "HTTP/1.1 200 OK\r\n\r\n", {bad}},
  };
  for (const Case& example : cases) check_request(example);
  check_request(
      {"closed in the head", kCurl + "GET / HT", {{.size = kCurl.size()}, broken(Error::closed_early)}, true});
}

}  // namespace
}  // namespace mcc::framing

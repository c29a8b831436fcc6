#include "mcc/framing/http1.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

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

void check(const Case& example, const Http1& spec = {}) {
  CAPTURE(example.name);
  REQUIRE(Http1Framer::fault(spec, Role::client) == nullptr);
  Http1Framer framer(spec, Role::client, 1);
  check_all_cuts(framer, example.text, example.expected, example.closes);
  CHECK(framer.records_in_use() == 0);
}

Seen response(std::size_t size, std::uint16_t status, bool last = false) {
  return {.size = size, .last = last, .outcome = status};
}

const std::string kNginx =
    "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 23 Nov 2024 04:00:00 GMT\r\nContent-Type: text/html\r\n"
    "Content-Length: 11\r\nLast-Modified: Fri, 22 Nov 2024 10:00:00 GMT\r\nConnection: keep-alive\r\n"
    "ETag: \"6740561a-b\"\r\nAccept-Ranges: bytes\r\n\r\nhello world";

const std::string kApacheChunked =
    "HTTP/1.1 200 OK\r\nDate: Sat, 23 Nov 2024 04:00:00 GMT\r\nServer: Apache/2.4.62 (Debian)\r\n"
    "Keep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\n"
    "Content-Type: text/plain; charset=UTF-8\r\n\r\n5\r\nhello\r\n06 \r\n world\r\n0\r\n\r\n";

std::string without_padding(std::string text) {
  text.erase(text.find("06 \r\n") + 2, 1);
  return text;
}

TEST_CASE("http1 client: responses as servers send them") {
  check({"nginx, content-length", kNginx, {response(kNginx.size(), 200)}});
  const std::string apache = without_padding(kApacheChunked);
  check({"apache, chunked", apache, {response(apache.size(), 200)}});
  const std::string node =
      "HTTP/1.1 404 Not Found\r\nX-Powered-By: Express\r\nContent-Security-Policy: default-src 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 9\r\n"
      "Date: Sat, 23 Nov 2024 04:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nNot Found";
  check({"express, 404", node, {{.size = node.size(), .error = Error::unexpected_status, .outcome = 404}}});
  const std::string python =
      "HTTP/1.0 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.2\r\nDate: Sat, 23 Nov 2024 04:00:00 GMT\r\n"
      "Content-type: text/html\r\nContent-Length: 4\r\n\r\nbody";
  check({"python, 1.0", python, {response(python.size(), 200, true)}});
  const std::string haproxy =
      "HTTP/1.0 503 Service Unavailable\r\nCache-Control: no-cache\r\nConnection: close\r\nContent-Type: text/html\r\n"
      "\r\n<html><body><h1>503 Service Unavailable</h1>\nNo server is available.\n</body></html>\n";
  check({"haproxy, until close",
         haproxy,
         {{.size = haproxy.size(), .error = Error::unexpected_status, .last = true, .outcome = 503}},
         true});
  const std::string iis =
      "HTTP/1.1 301 Moved Permanently\r\nContent-Length: 0\r\nLocation: https://example.com/\r\n"
      "Server: Microsoft-IIS/10.0\r\nX-Powered-By: ASP.NET\r\n\r\n";
  check({"iis, redirect without body", iis, {response(iis.size(), 301)}});
  const std::string terse = "HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok";
  check({"no reason phrase, no spaces", terse, {response(terse.size(), 200)}});
  const std::string odd = "HTTP/1.1 999 Request denied\r\nContent-Length: 0\r\n\r\n";
  check(
      {"a status beyond the classes", odd, {{.size = odd.size(), .error = Error::unexpected_status, .outcome = 999}}});
}

TEST_CASE("http1 client: where the body ends") {
  const std::string chunks =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
      "A;flag;name=\"quo;ted\"\r\n0123456789\r\n1\r\n\n\r\n0\r\nX-Sum: 42\r\n\r\n";
  check({"chunk extensions and a trailer", chunks, {response(chunks.size(), 200)}});
  const std::string gzip = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  check({"chunked as the last of two codings", gzip, {response(gzip.size(), 200)}});
  const std::string until = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
  check({"until close, whatever it looks like", until, {response(until.size(), 200, true)}, true});
  const std::string gzip_only = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc";
  check({"a last coding that is not chunked", gzip_only, {response(gzip_only.size(), 200, true)}, true});
  const std::string empty = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
  check({"until close, and empty", empty, {response(empty.size(), 200, true)}, true});
  const std::string twice = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
  check(
      {"what follows the body is the next", twice + twice, {response(twice.size(), 200), response(twice.size(), 200)}});
}

TEST_CASE("http1 client: 204, 304 and answers to HEAD have no body, whatever their headers say") {
  const std::string no_content = "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n";
  const std::string not_modified = "HTTP/1.1 304 Not Modified\r\nContent-Length: 1234\r\nETag: \"x\"\r\n\r\n";
  const std::string chunked = "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<Seen> expected{response(no_content.size(), 204), response(not_modified.size(), 304),
                                   response(chunked.size(), 304), response(kNginx.size(), 200)};
  check({"no body", no_content + not_modified + chunked + kNginx, expected});

  const std::string head = kNginx.substr(0, kNginx.size() - 11);
  const std::string no_length = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n";
  const std::string closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  check({"head",
         head + no_length + closing,
         {response(head.size(), 200), response(no_length.size(), 200), response(closing.size(), 200, true)}},
        {.head = true});
}

TEST_CASE("http1 client: interim responses are skipped, and belong to the final one") {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nContent-Length: "
      "7\r\n\r\n";
  check({"two",
         interim + kNginx + kNginx,
         {response(interim.size() + kNginx.size(), 200), response(kNginx.size(), 200)}});
  check({"one that says close",
         "HTTP/1.1 102 Processing\r\nConnection: close\r\n\r\n" + kNginx,
         {response(46 + kNginx.size(), 200)}});
  check({"and nothing after", interim, {broken(Error::closed_early)}, true});
  check({"101 was not asked for",
         "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nxyz",
         {broken(Error::bad_reply)}});
  check({"an Upgrade that is only offered",
         "HTTP/1.1 200 OK\r\nUpgrade: h2,h2c\r\nConnection: Upgrade, Keep-Alive\r\nContent-Length: 0\r\n\r\n" + kNginx,
         {response(88, 200), response(kNginx.size(), 200)}});
}

TEST_CASE("http1 client: pipelined responses of every kind, one after another") {
  const std::string apache = without_padding(kApacheChunked);
  const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe rest";
  check({"pipeline",
         kNginx + apache + kNginx + apache + last,
         {response(kNginx.size(), 200), response(apache.size(), 200), response(kNginx.size(), 200),
          response(apache.size(), 200), response(last.size(), 200, true)},
         true});
}

TEST_CASE("http1 client: a head that was seen before says the same again") {
  Http1Framer framer({}, Role::client, 1);
  std::uint32_t word = 0;
  const auto feed = [&](const std::string& text) { return framer.feed(word, testing::bytes_of(text)); };
  const auto text_of = [](int status, int length) {
    return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
           std::string(static_cast<std::size_t>(length), 'b');
  };
  for (int round = 0; round < 3; ++round) {
    for (const auto& [status, length] : {std::pair{200, 10}, {200, 11}, {200, 10}, {404, 10}, {404, 10}, {304, 0}}) {
      const std::string text = text_of(status, length);
      CAPTURE(text);
      const Result result = feed(text + text_of(200, 20));
      CHECK(result.progress == Progress::complete);
      CHECK(result.consumed == text.size());
      CHECK(result.outcome == status);
      CHECK((result.error == Error::unexpected_status) == (status == 404));
    }
    // The head is known, but the body has not come.
    const std::string cut = text_of(200, 10);
    CHECK(feed(cut).consumed == cut.size());
    CHECK(feed(cut.substr(0, cut.size() - 1)).progress == Progress::more);
    CHECK(feed("xy").consumed == 1);
  }
  CHECK(framer.records_in_use() == 0);
}

TEST_CASE("http1 client: whether the connection goes on") {
  const struct {
    const char* version;
    const char* header;
    bool last;
  } cases[] = {
      {"1.1", "X: y", false},
      {"1.1", "Connection: close", true},
      {"1.1", "connection: Close", true},
      {"1.1", "Connection: keep-alive, close", true},
      {"1.1", "Connection: closed", false},
      {"1.0", "X: y", true},
      {"1.0", "Connection: keep-alive", false},
      {"1.0", "Connection: Keep-Alive, foo", false},
      {"1.0", "Connection: close", true},
  };
  for (const auto& [version, header, last] : cases) {
    const std::string text = "HTTP/"s + version + " 200 OK\r\n" + header + "\r\nContent-Length: 1\r\n\r\nx";
    CAPTURE(text);
    check({"keep-alive", text, {response(text.size(), 200, last)}});
  }
}

TEST_CASE("http1 client: what is not a response breaks the connection") {
  const Seen bad = broken(Error::bad_reply);
  const auto with = [](const std::string& headers, const std::string& body = "") {
    return "HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\n" + body;
  };
  const Case cases[] = {
      {"ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", {bad}},
      {"a TLS alert", "\x15\x03\x03\x00\x02\x02\x46"s, {bad}},
      {"a request", "GET / HTTP/1.1\r\n\r\n", {bad}},
      {"an HTTP/2 preface of settings", "\x00\x00\x12\x04\x00\x00\x00\x00\x00"s, {bad}},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"HTTP/0.9", "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"HTTP/1.2", "HTTP/1.2 200 OK\r\n\r\n", {bad}},
      {"ICY", "ICY 200 OK\r\n\r\n", {bad}},
      {"status of letters", "HTTP/1.1 2x0 OK\r\n\r\n", {bad}},
      {"status 0", "HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"status 99", "HTTP/1.1 99 OK\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"status 1000", "HTTP/1.1 1000 OK\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"no status", "HTTP/1.1\r\nContent-Length: 0\r\n\r\n", {bad}},
      {"CR without LF", "HTTP/1.1 200 OK\rX: y\r\n\r\n", {bad}},
      {"negative length", with("Content-Length: -1"), {bad}},
      {"length of letters", with("Content-Length: 5a", "hello"), {bad}},
      {"length beyond 64 bits", with("Content-Length: 18446744073709551616"), {bad}},
      {"two lengths", with("Content-Length: 5\r\nContent-Length: 6", "hello!"), {bad}},
      {"length and chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), {bad}},
      {"chunked and length", with("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), {bad}},
      {"NUL in a header", with("X: a\0b"s), {bad}},
      {"space before the colon", with("Content-Length : 5", "hello"), {bad}},
      {"no colon", with("nonsense"), {bad}},
      {"chunk size of letters", with("Transfer-Encoding: chunked", "xyz\r\n"), {bad}},
      {"chunk size of none", with("Transfer-Encoding: chunked", "\r\n"), {bad}},
      {"chunk size beyond 64 bits", with("Transfer-Encoding: chunked", "10000000000000000\r\n"), {bad}},
      {"chunk that goes on", with("Transfer-Encoding: chunked", "2\r\nabc\r\n0\r\n\r\n"), {bad}},
      {"chunk without CRLF", with("Transfer-Encoding: chunked", "2\r\nab0\r\n\r\n"), {bad}},
      {"good, then garbage", kNginx + "garbage", {response(kNginx.size(), 200), bad}},
  };
  for (const Case& example : cases) check(example);
}

TEST_CASE("http1 client: a close within a response breaks it, but for one that lasts until then") {
  const Seen early = broken(Error::closed_early);
  check({"in the status line", "HTTP/1.1 20", {early}, true});
  check({"in the head", "HTTP/1.1 200 OK\r\nServer: x\r\n", {early}, true});
  check({"in the body", kNginx.substr(0, kNginx.size() - 1), {early}, true});
  check({"in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", {early}, true});
  check(
      {"before the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", {early}, true});
  check({"after one", kNginx + "H", {response(kNginx.size(), 200), early}, true});
}

TEST_CASE("http1 client: the head is bounded, and alike however it comes") {
  const auto head_of = [](std::size_t size) {
    const std::string start = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: ";
    return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
  };
  const auto play = [](const std::string& text, std::size_t step) {
    Http1Framer framer({}, Role::client, 1);
    std::vector<std::size_t> cuts;
    for (std::size_t at = step; at < text.size(); at += step) cuts.push_back(at);
    return testing::play(framer, text, cuts, false);
  };
  const std::size_t most = Http1Framer::kHeadMax;
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{1000}, most - 1, most, most + 1, 3 * most}) {
    CAPTURE(step);
    CHECK(play(head_of(most) + "b", step) == std::vector{response(most + 1, 200)});
    CHECK(play(head_of(most + 1) + "b", step) == std::vector{broken(Error::bad_reply)});
    CHECK(play(interim + head_of(most - 25) + "b", step) == std::vector{response(most + 1, 200)});
    CHECK(play(interim + head_of(most - 24) + "b", step) == std::vector{broken(Error::bad_reply)});
    std::string endless;
    while (endless.size() <= most) endless += interim;
    CHECK(play(endless, step) == std::vector{broken(Error::bad_reply)});
    CHECK(play(std::string(most, '\n') + kNginx, step) == std::vector{broken(Error::bad_reply)});
  }
}

TEST_CASE("http1 client: bodies beyond 4 GiB are counted in 64 bits") {
  Http1Framer framer({}, Role::client, 1);
  std::uint32_t word = 0;
  const auto feed = [&](std::string_view text) { return framer.feed(word, testing::bytes_of(text)); };
  REQUIRE(feed("HTTP/1.1 200 OK\r\nContent-Length: 4294967297\r\n\r\n").progress == Progress::more);
  const std::string piece(1 << 20, 'x');
  for (int i = 0; i < 1 << 12; ++i) REQUIRE(feed(piece).progress == Progress::more);
  const Result result = feed("yHTTP");
  CHECK(result.progress == Progress::complete);
  CHECK(result.consumed == 1);
}

TEST_CASE("http1 client: the statuses that are expected are inclusive ranges") {
  const Http1 spec{.expect_status = {{204, 204}, {400, 404}}};
  for (const auto& [status, expected] :
       {std::pair{200, false}, {203, false}, {204, true}, {399, false}, {400, true}, {404, true}, {405, false}}) {
    const std::string text = "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: 0\r\n\r\n";
    Seen seen = response(text.size(), static_cast<std::uint16_t>(status));
    if (!expected) seen.error = Error::unexpected_status;
    check({"status", text, {seen}}, spec);
  }
}

TEST_CASE("http1 client: the SHA-256 is that of the body without its chunks") {
  Digest digest;
  {
    Sha256 sha;
    sha.start();
    sha.add(testing::bytes_of("hello world"));
    digest = sha.finish();
  }
  // FIPS 180-4, by way of sha256sum.
  REQUIRE(std::to_integer<int>(digest[0]) == 0xb9);
  REQUIRE(std::to_integer<int>(digest[31]) == 0xe9);
  const Http1 spec{.expect_sha256 = digest};
  const std::string apache = without_padding(kApacheChunked);
  const auto mismatch = [](std::string_view text) {
    return Seen{.size = text.size(), .error = Error::body_mismatch, .outcome = 200};
  };
  std::string changed = kNginx;
  changed.back() = 'D';
  check({"by length, chunked, changed, and again",
         kNginx + apache + changed + kNginx,
         {response(kNginx.size(), 200), response(apache.size(), 200), mismatch(changed), response(kNginx.size(), 200)}},
        spec);
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  check({"after an interim response", interim + kNginx, {response(interim.size() + kNginx.size(), 200)}}, spec);
  const std::string until = "HTTP/1.1 200 OK\r\n\r\nhello world";
  check({"until close", until, {response(until.size(), 200, true)}, true}, spec);
  const std::string empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  check({"no body at all", empty, {mismatch(empty)}}, spec);
  std::string missing = "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone";
  check({"an unexpected status is that first",
         missing,
         {{.size = missing.size(), .error = Error::unexpected_status, .outcome = 404}}},
        spec);
}

TEST_CASE("http1: records follow the messages that are cut") {
  Http1Framer framer({.expect_sha256 = Digest{}}, Role::client, 2);
  std::uint32_t words[3] = {};
  const auto feed = [&](int n, std::string_view text) { return framer.feed(words[n], testing::bytes_of(text)); };
  CHECK(feed(0, "HTTP/1.1 200 OK\r\n").progress == Progress::more);
  CHECK(feed(1, "H").progress == Progress::more);
  CHECK(framer.records_in_use() == 2);
  const Result none_left = feed(2, "HT");
  CHECK(none_left.progress == Progress::broken);
  CHECK(none_left.error == Error::no_memory);
  CHECK(words[2] == 0);
  // One in one piece needs none, and disturbs no other.
  CHECK(feed(2, kNginx).progress == Progress::complete);
  CHECK(feed(0, "Content-Length: 1\r\n\r\nx").progress == Progress::complete);
  CHECK(feed(1, "XTTP").progress == Progress::broken);
  CHECK(framer.records_in_use() == 0);
  CHECK(feed(0, "HTTP").progress == Progress::more);
  framer.drop(words[0]);
  framer.drop(words[0]);
  CHECK(words[0] == 0);
  CHECK(framer.records_in_use() == 0);
}

TEST_CASE("http1: a framer moves with what is under way") {
  Http1Framer framer({}, Role::client, 2);
  std::uint32_t word = 0;
  CHECK(framer.feed(word, testing::bytes_of(kNginx.substr(0, 30))).progress == Progress::more);
  Http1Framer moved = std::move(framer);
  const Result result = moved.feed(word, testing::bytes_of(kNginx.substr(30)));
  CHECK(result.progress == Progress::complete);
  CHECK(result.outcome == 200);
}

TEST_CASE("http1: what cannot run is refused") {
  const auto fault = [](const Http1& spec, Role role = Role::client) { return Http1Framer::fault(spec, role); };
  CHECK(fault({}) == nullptr);
  CHECK(fault({}, Role::server) == nullptr);
  CHECK(fault({.head = true}) == nullptr);
  CHECK(fault({.expect_sha256 = Digest{}}) == nullptr);
  CHECK(fault({.head = true}, Role::server) != nullptr);
  CHECK(fault({.expect_sha256 = Digest{}}, Role::server) != nullptr);
  CHECK(fault({.head = true, .expect_sha256 = Digest{}}) != nullptr);
  CHECK(fault({.expect_status = {}}) != nullptr);
  CHECK(fault({.expect_status = {{399, 200}}}) != nullptr);
  CHECK(fault({.expect_status = {{99, 200}}}) != nullptr);
  CHECK(fault({.expect_status = {{200, 1000}}}) != nullptr);
  CHECK(fault({.expect_status = {{100, 999}}}) == nullptr);
}

}  // namespace
}  // namespace mcc::framing

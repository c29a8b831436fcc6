#include "testing/world.hpp"

namespace mcc::kernel {
namespace {

TEST_CASE("addresses are read as text and written back") {
  CHECK(Address::of("198.18.0.1", 80).text() == "198.18.0.1:80");
  CHECK(Address::of("2001:db8::1", 443).text() == "[2001:db8::1]:443");
  CHECK(Address::of("0.0.0.0", 1).family() == AF_INET);
  CHECK_FALSE(Address::parse("example.org", 80).has_value());
  CHECK_FALSE(Address::parse("1.2.3", 80).has_value());
  CHECK_THROWS_WITH_AS(Address::of("nowhere", 1), doctest::Contains("'nowhere'"), Failure);
}

TEST_CASE("an address is followed by the next, over the bytes") {
  Address v4 = Address::of("198.18.0.255", 7);
  v4.advance();
  CHECK(v4.text() == "198.18.1.0:7");
  Address v6 = Address::of("fd00::ffff:ffff", 0);
  v6.advance();
  CHECK(v6.text() == "[fd00::1:0:0]:0");
}

TEST_CASE("sources go round all ranges") {
  SourceCycle cycle({{"198.18.0.254", "198.18.1.0"}, {"198.19.0.1", "198.19.0.1"}});
  std::string seen;
  for (int i = 0; i < 5; ++i) {
    seen += cycle.current().text() + " ";
    cycle.advance();
  }
  CHECK(seen == "198.18.0.254:0 198.18.0.255:0 198.18.1.0:0 198.19.0.1:0 198.18.0.254:0 ");
}

TEST_CASE("every source speaks to every endpoint") {
  OpenContext context = context_of(Role::client, 1, 0);
  context.endpoints = {{"127.0.0.1", 1001}, {"127.0.0.1", 1002}};
  context.sources = {{"127.0.0.2", "127.0.0.3"}};
  Dialer dialer(context);
  std::string seen;
  for (int i = 0; i < 4; ++i) {
    const Dialer::Call call = dialer.open(0);
    REQUIRE(call.error == Error::none);
    seen += Address::of_socket(call.fd)->text() + ">" + std::to_string(call.target->port()) + " ";
    close(call.fd);
  }
  CHECK(seen == "127.0.0.2:0>1001 127.0.0.2:0>1002 127.0.0.3:0>1001 127.0.0.3:0>1002 ");
}

TEST_CASE("errno becomes an error with a name") {
  CHECK(error_of(ECONNREFUSED) == Error::connect_refused);
  CHECK(error_of(ETIMEDOUT) == Error::connect_timeout);
  CHECK(error_of(EHOSTUNREACH) == Error::unreachable);
  CHECK(error_of(ENETUNREACH) == Error::unreachable);
  CHECK(error_of(ECONNRESET) == Error::connection_reset);
  CHECK(error_of(EPIPE) == Error::connection_reset);
  CHECK(error_of(EMFILE) == Error::file_limit);
  CHECK(error_of(ENFILE) == Error::file_limit);
  CHECK(error_of(ENOBUFS) == Error::no_memory);
  CHECK(error_of(EACCES) == Error::not_permitted);
  CHECK(error_of(EADDRNOTAVAIL) == Error::ports_exhausted);
  CHECK(bind_error_of(EADDRNOTAVAIL) == Error::address_unavailable);
  CHECK(bind_error_of(EMFILE) == Error::file_limit);
  CHECK(error_of(EINVAL) == Error::socket);
}

TEST_CASE("the ready list keeps its order and takes nobody twice") {
  std::vector<Connection> connections(3);
  ReadyList list;
  list.push(connections, 2);
  list.push(connections, 0);
  list.push(connections, 2);
  CHECK(list.last() == 0);
  CHECK(list.pop(connections) == 2);
  list.push(connections, 2);
  CHECK(list.pop(connections) == 0);
  CHECK(list.pop(connections) == 2);
  CHECK(list.empty());
}

TEST_CASE("who lingers longest leaves first, unless it is taken out") {
  constexpr Nanos kMs = 1'000'000;
  std::vector<Connection> connections(3);
  LingerList list;
  CHECK(list.next(connections, 0, 5) == 5);
  list.push(connections, 0, 100 * kMs);
  list.push(connections, 1, 200 * kMs);
  list.push(connections, 2, 300 * kMs);
  list.remove(connections, 0);
  CHECK(list.expired(connections, 1199 * kMs) == kNoSlot);
  CHECK(list.next(connections, 1190 * kMs, 1000 * kMs) == 10 * kMs);
  CHECK(list.next(connections, 1190 * kMs, 3 * kMs) == 3 * kMs);
  CHECK(list.expired(connections, 1200 * kMs) == 1);
  CHECK(list.next(connections, 1201 * kMs, 1000 * kMs) == 0);
  list.remove(connections, 2);
  list.remove(connections, 1);
  CHECK(list.empty());
  CHECK_FALSE(connections[1].is(kLingering));
}

TEST_CASE("lingering outlives the wrap of its milliseconds") {
  constexpr Nanos kMs = 1'000'000;
  std::vector<Connection> connections(1);
  LingerList list;
  const Nanos before_wrap = ((Nanos{1} << 32) - 10) * kMs;
  list.push(connections, 0, before_wrap);
  CHECK(list.expired(connections, before_wrap) == kNoSlot);
  CHECK(list.expired(connections, before_wrap + (kLingerMs - 1) * kMs) == kNoSlot);
  CHECK(list.expired(connections, before_wrap + kLingerMs * kMs) == 0);
}

}  // namespace
}  // namespace mcc::kernel

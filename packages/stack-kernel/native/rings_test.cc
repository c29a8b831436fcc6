// That the worker, asleep in the first ring, hears of the others. direct_test.cc races the two for real.

#if MCC_HAVE_LIBURING
#include "rings.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "mcc/clock.hpp"

namespace mcc::kernel {
namespace {

constexpr Nanos kLong = 5'000'000'000;

// Two rings; the second one waits for a byte.
struct Sleeper {
  Sleeper() {
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    await_byte();
    rings.flush();
  }
  ~Sleeper() {
    rings.close();
    for (const int fd : ends) ::close(fd);
  }

  void await_byte() {
    io_uring_sqe* entry = rings.ring(1).sqe();
    io_uring_prep_recv(entry, ends[0], &byte, 1, 0);
    io_uring_sqe_set_data64(entry, 7);
  }
  void send_byte() { REQUIRE(::send(ends[1], "!", 1, 0) == 1); }

  // Completions of the second ring that come while the worker sleeps up to `ns`; -1 when it has overslept.
  int heard(Nanos ns) {
    int count = 0;
    const Nanos start = monotonic_now();
    while (count == 0 && monotonic_now() - start < ns) {
      rings.wait(ns);
      rings.flush();
      rings.serve(
          100, [] { return true; },
          [&](std::size_t ring, const io_uring_cqe& completion) {
            CHECK(ring == 1);
            CHECK(completion.user_data == 7);
            ++count;
          });
    }
    return monotonic_now() - start < kLong / 2 ? count : -1;
  }

  Rings rings{{4, 4}};
  int ends[2];
  char byte = 0;
};

TEST_CASE("what came before the worker falls asleep keeps it awake") {
  Sleeper sleeper;
  sleeper.send_byte();
  CHECK(sleeper.heard(kLong) == 1);
}

TEST_CASE("what was completed unseen before the worker falls asleep keeps it awake") {
  Sleeper sleeper;
  sleeper.send_byte();
  sleeper.rings.flush();
  CHECK(sleeper.heard(kLong) == 1);
}

TEST_CASE("the bell is heard again and again") {
  Sleeper sleeper;
  for (int i = 0; i < 5; ++i) {
    CHECK(sleeper.heard(1'000'000) == 0);  // asleep once, and listening since
    sleeper.send_byte();
    CHECK(sleeper.heard(kLong) == 1);
    sleeper.await_byte();
    sleeper.rings.flush();
  }
}

TEST_CASE("operations that nobody waits for, and those done at once, are not reported") {
  Sleeper sleeper;
  Ring& ring = sleeper.rings.ring(1);
  io_uring_sqe* entry = ring.sqe();
  io_uring_prep_cancel64(entry, 12345, 0);  // there is no such thing: a failure
  Ring::ignore(entry);
  REQUIRE(ring.can_perform());
  entry = ring.sqe();
  io_uring_prep_send(entry, sleeper.ends[0], "ab", 2, MSG_DONTWAIT);
  CHECK(ring.perform(entry) == 2);
  io_uring_cqe completion;
  CHECK_FALSE(ring.take(completion));
}

TEST_CASE("what is done at once finds its result among what completes meanwhile") {
  Sleeper sleeper;
  Ring& ring = sleeper.rings.ring(1);
  sleeper.send_byte();
  REQUIRE(ring.can_perform());
  io_uring_sqe* entry = ring.sqe();
  io_uring_prep_send(entry, sleeper.ends[0], "abc", 3, MSG_DONTWAIT);
  CHECK(ring.perform(entry) == 3);
  CHECK(sleeper.heard(kLong) == 1);
}

TEST_CASE("nothing is done at once while completions pile up") {
  Sleeper sleeper;
  Ring& ring = sleeper.rings.ring(1);
  for (int i = 0; i < 5000; ++i) {
    io_uring_sqe* entry = ring.sqe();
    io_uring_prep_nop(entry);
    io_uring_sqe_set_data64(entry, 7);
  }
  CHECK_FALSE(ring.can_perform());
  io_uring_cqe completion;
  while (ring.take(completion)) CHECK(completion.user_data == 7);
  CHECK(ring.can_perform());
}

}  // namespace
}  // namespace mcc::kernel

#endif

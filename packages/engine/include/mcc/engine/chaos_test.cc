// Programs of every kind against peers and orders at random: whatever happens, every request is accounted for, and a
// drain comes to its end with nothing left open.

#include <doctest/doctest.h>

#include <iterator>
#include <random>
#include <string>

#include "mcc/testing/engine_rig.hpp"

using namespace mcc;
using namespace mcc::testing;
using Counter = stats::Counter;

namespace {

constexpr std::uint32_t kSessions = 3;

Program client_program(std::uint64_t kind) {
  const Message long_one = message(std::string(100, 'x'), {{.kind = Patch::Kind::counter, .offset = 3, .width = 8}});
  switch (kind) {
    case 0:
      return client({message("ping")}, {send(), expect_line(), repeat(0)});
    case 1:
      return client({message("ping"), long_one},
                    {send(0), send(1), send(0), expect_line(), expect_line(), expect_line(), pause_ns(kMs), repeat(0)});
    case 2:
      return client({long_one}, {send(), expect_none(), pause_ns(3 * kMs), repeat(0)});
    case 3:
      return client({message("ping")}, {send(), expect_line(), close(), repeat(0)});
    case 4:
      return client({message("ping")}, {send(), expect_line(), repeat(0, 3), pause_ns(2 * kMs), send(), expect_line()});
    case 5:
      return client({message("GET / HTTP/1.1\r\n\r\n")}, {send(), expect_http(), repeat(0)});
    default:
      return client({message("ping")}, {send(), expect_line(), handler()});
  }
}

Program server_program(std::uint64_t kind) {
  switch (kind) {
    case 0:
      return server({message("pong\n")}, {expect_line(), send(), repeat(0)});
    case 1:
      return server({message("a"), message("b"), message("c"), message(std::string(500, 'd'))},
                    {expect_http(), answer(0, 1, 2, 3), close_last(), repeat(0)});
    case 2:
      return server({}, {echo()});
    case 3:
      return server({message("220 hello\n")}, {send(), expect_line(), pause_ns(kMs), expect_line(), send(), close()});
    default:
      return server({}, {expect_line(), handler()});
  }
}

class Chaos {
 public:
  Chaos(const Program& program, std::uint64_t seed)
      : random_(seed),
        is_client_(program.role == Role::client),
        rig_(program, kSessions,
             {.setup_ns = seed % 2 * 5 * kMs, .connect_timeout_ns = 20 * kMs, .timeout_ns = 50 * kMs}) {}

  void run() {
    rig_.start();
    for (int step = 0; step < 300; ++step) {
      something_happens();
      obey_events();
      if (is_client_) REQUIRE(sent_is_accounted_for());
      REQUIRE(rig_.count(Counter::open) <= kSessions);
      REQUIRE(rig_.count(Counter::in_flight) <= kSessions * std::uint64_t{3});
    }
    rig_.order(Command::drain);
    rig_.run(kSecond);
    for (const Counter gauge :
         {Counter::active, Counter::open, Counter::connecting, Counter::unstarted, Counter::in_flight}) {
      CAPTURE(static_cast<int>(gauge));
      CHECK(rig_.count(gauge) == 0);
    }
    if (is_client_) CHECK(sent_is_accounted_for());
  }

 private:
  bool sent_is_accounted_for() const {
    const auto unexpected = rig_.errors(Error::unexpected_status);  // completed and failed, both
    return rig_.count(Counter::requests_sent) + unexpected == rig_.count(Counter::requests_completed) +
                                                                  rig_.count(Counter::requests_failed) +
                                                                  rig_.count(Counter::in_flight);
  }

  std::string some_bytes() {
    static const std::string texts[] = {"pong\n",
                                        "po",
                                        "ng\n",
                                        "\n",
                                        "a\nb\nc\nd\n",
                                        std::string(3000, '\n'),
                                        "\x01\x02",
                                        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
                                        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
                                        "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 2",
                                        "GET / HTTP/1.1\r\n\r\n",
                                        "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n",
                                        "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                                        "GET / HT"};
    return texts[random_() % std::size(texts)];
  }

  void something_happens() {
    const auto slot = static_cast<Slot>(random_() % kSessions);
    ScriptedStack& stack = rig_.stack;
    switch (random_() % 12) {
      case 0:
        stack.room = random_() % 3 == 0 ? random_() % 200 : ScriptedStack::kUnlimited;
        break;
      case 1:
        stack.writable(slot, random_() % 3 == 0 ? random_() % 100 : ScriptedStack::kUnlimited);
        break;
      case 2:
        if (random_() % 3 == 0) stack.peer_closes(slot);
        break;
      case 3:
        if (random_() % 3 == 0) stack.breaks(slot, Error::connection_reset);
        break;
      case 4:
        stack.answers = random_() % 4 != 0;
        stack.refuses = random_() % 6 == 0 ? Error::connect_refused : Error::none;
        stack.cannot_connect = random_() % 8 == 0 ? Error::ports_exhausted : Error::none;
        break;
      case 5:
        rig_.run(random_() % (10 * kMs));
        break;
      case 6:
        if (random_() % 4 == 0) rig_.run(random_() % (100 * kMs));
        break;
      case 7:
      case 8:
        if (!is_client_ && !accepted_[slot]) {
          accepted_[slot] = true;
          stack.accept(slot);
        }
        break;
      default:
        stack.data(slot, some_bytes());
    }
    rig_.run(1000);
    note_closed();
  }

  // A server's slot that is free again may be taken again.
  void note_closed() {
    for (Slot slot = 0; slot < kSessions; ++slot) accepted_[slot] = rig_.stack.is_taken(slot);
  }

  void obey_events() {
    for (const Heard& heard : rig_.take_heard()) {
      static constexpr Command kCommands[] = {Command::send, Command::request, Command::complete, Command::fail,
                                              Command::close};
      const Command command = kCommands[random_() % std::size(kCommands)];
      const bool has_payload = command == Command::send || command == Command::request;
      rig_.order(command, heard.slot, heard.generation, has_payload ? "hello" : "",
                 static_cast<std::uint16_t>(random_() % 9));
    }
  }

  std::mt19937_64 random_;
  bool is_client_;
  bool accepted_[kSessions] = {};
  EngineRig rig_;
};

}  // namespace

TEST_CASE("chaos: clients account for every request, and drain to the end") {
  for (std::uint64_t kind = 0; kind < 7; ++kind) {
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      Chaos(client_program(kind), seed).run();
    }
  }
}

TEST_CASE("chaos: servers drain to the end") {
  for (std::uint64_t kind = 0; kind < 5; ++kind) {
    for (std::uint64_t seed = 0; seed < 25; ++seed) {
      CAPTURE(kind);
      CAPTURE(seed);
      Chaos(server_program(kind), seed).run();
    }
  }
}

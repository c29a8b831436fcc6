#pragma once
// DPDK's environment, once per process. rte_eal_init can be called once only, whatever came of it, so the first caller
// starts it and the others find it started, or hear the same failure.

#include <string>

#include "eal/arguments.hpp"
#include "eal/log.hpp"

namespace mcc::eal {

// Starts EAL with the first caller's options. Thread-safe. Throws Failure.
void start(const Options& options);

// Whether it runs on hugepages. After start.
bool on_hugepages();

// DPDK's version as text, such as 22.11.11.
std::string version();

// What DPDK said last.
Log& log();

// Gives the calling thread an lcore id while it lives: packet pools keep a cache per lcore. Throws Failure.
class RegisteredThread {
 public:
  RegisteredThread();
  ~RegisteredThread();
  RegisteredThread(const RegisteredThread&) = delete;
  RegisteredThread& operator=(const RegisteredThread&) = delete;
};

}  // namespace mcc::eal

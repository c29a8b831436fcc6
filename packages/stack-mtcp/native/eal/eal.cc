#include "eal/eal.hpp"

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_version.h>
#include <unistd.h>

#include <mutex>
#include <optional>
#include <thread>

#include "eal/hugepages.hpp"
#include "mcc/failure.hpp"

namespace mcc::eal {
namespace {

struct State {
  std::mutex mutex;
  bool started = false;
  bool hugepages = false;
  std::optional<Failure> failure;
};

State& state() {
  static State instance;
  return instance;
}

bool choose_hugepages(const Options& options) {
  if (options.huge == Huge::off) return false;
  const std::uint64_t free = free_hugepage_bytes();
  if (free >= options.memory_bytes) return true;
  if (options.huge == Huge::automatic) return false;
  constexpr std::uint64_t kPage = 2 * 1024 * 1024;
  const std::uint64_t wanted = (options.memory_bytes + kPage - 1) / kPage;
  throw Failure(
      "MCC_ERR_NO_MEMORY",
      "--mtcp.huge on: " + std::to_string(options.memory_bytes >> 20) + " MB of hugepages are needed, " +
          std::to_string(free >> 20) + " MB are free.",
      "Reserve more (echo " + std::to_string(wanted + 64) + " > /proc/sys/vm/nr_hugepages), or use --mtcp.huge off.");
}

// Runs rte_eal_init with nothing of it on stdout.
int init_silently(const std::vector<std::string>& arguments) {
  std::vector<std::string> copies = arguments;
  std::vector<char*> argv;
  for (std::string& copy : copies) argv.push_back(copy.data());
  argv.push_back(nullptr);
  std::FILE* const sink = log().stream();
  if (sink != nullptr) rte_openlog_stream(sink);
  // Its usage text goes to C's stdout, which nothing else of ours writes to (Node writes to the file descriptor).
  std::FILE* const console = stdout;
  if (sink != nullptr) stdout = sink;
  const int result = rte_eal_init(static_cast<int>(copies.size()), argv.data());
  stdout = console;
  return result;
}

void start_locked(State& shared, const Options& options) {
  shared.hugepages = choose_hugepages(options);
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // The process's cores, not those that this worker is pinned to.
  if (sched_getaffinity(getpid(), sizeof cores, &cores) != 0) CPU_SET(0, &cores);
  const auto list = arguments(options, shared.hugepages, core_list(cores), getpid());
  int result = -1;
  int reason = 0;
  // In a thread of its own: EAL sets the affinity of the one that starts it, and workers are all alike then.
  std::thread([&] {
    result = init_silently(list);
    reason = rte_errno;
  }).join();
  shared.started = true;
  // Nothing is kept in it: gone at once, it is not left behind however the process ends.
  if (const char* const folder = rte_eal_get_runtime_dir()) rmdir(folder);
  if (result >= 0) return;
  std::string why = log().last_words();
  if (why.empty()) why = rte_strerror(reason);
  shared.failure = Failure("MCC_ERR_STACK", "DPDK does not start: " + why + ".",
                           options.extra.empty() ? "Run `mcc doctor --stack mtcp`." : "Check --mtcp.eal.");
}

}  // namespace

void start(const Options& options) {
  State& shared = state();
  const std::lock_guard lock(shared.mutex);
  if (!shared.started) start_locked(shared, options);
  if (shared.failure) throw Failure(*shared.failure);
}

bool on_hugepages() {
  const std::lock_guard lock(state().mutex);
  return state().hugepages;
}

std::string version() {
  // "DPDK 22.11.11".
  const std::string full = rte_version();
  return full.substr(full.find(' ') + 1);
}

Log& log() {
  // Never destroyed: threads of DPDK may speak to the very end.
  static Log* const instance = new Log;
  return *instance;
}

RegisteredThread::RegisteredThread() {
  if (rte_thread_register() != 0) {
    throw Failure("MCC_ERR_STACK", std::string("DPDK takes no more threads: ") + rte_strerror(rte_errno) + ".",
                  "Use fewer workers: --smp.");
  }
}

RegisteredThread::~RegisteredThread() { rte_thread_unregister(); }

}  // namespace mcc::eal

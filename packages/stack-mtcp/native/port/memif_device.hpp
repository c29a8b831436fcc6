#pragma once
// A memif as the workers of a process share it: one link, one queue for each of them.

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "mcc/clock.hpp"
#include "mcc/failure.hpp"
#include "port/memif/link.hpp"

namespace mcc::port {

// The link of one end, opened by the first worker that asks for it. A client's is up when this returns. Thread-safe.
// Throws Failure.
class MemifDevice {
 public:
  static std::shared_ptr<memif::Link> acquire(const memif::LinkOptions& options, Nanos wait = 3'000'000'000) {
    static std::mutex mutex;
    static std::map<std::pair<std::string, bool>, std::weak_ptr<memif::Link>> links;
    const std::lock_guard lock(mutex);
    std::weak_ptr<memif::Link>& known = links[{options.path, options.server}];
    if (auto link = known.lock()) return link;
    auto link = std::make_shared<memif::Link>(options);
    if (!options.server) await(*link, links[{options.path, true}].lock().get(), options, wait);
    known = link;
    return link;
  }

 private:
  // The server may be starting at the same moment. One of this very process, `own`, may be the calling thread's, which
  // cannot serve it while it waits here.
  static void await(memif::Link& link, memif::Link* own, const memif::LinkOptions& options, Nanos wait) {
    const Nanos until = monotonic_now() + wait;
    for (;;) {
      const Nanos now = monotonic_now();
      if (own != nullptr) own->service(now);
      link.service(now);
      if (const auto mapping = link.mapping()) {
        check_queues(*mapping, options);
        return;
      }
      if (now >= until) give_up(link, options.path);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  static void check_queues(const memif::Mapping& mapping, const memif::LinkOptions& options) {
    const std::size_t queues = std::min(mapping.to_server.size(), mapping.to_client.size());
    if (queues >= options.queues) return;
    throw Failure("MCC_ERR_USAGE",
                  "The server at memif:" + options.path + " has " + std::to_string(queues) + " queues, too few for " +
                      std::to_string(options.queues) + " workers.",
                  "Give both ends the same --smp, or a --mtcp.port for each worker.");
  }

  [[noreturn]] static void give_up(const memif::Link& link, const std::string& path) {
    const int reason = link.connect_error();
    if (reason == 0) {
      const std::string words = link.refusal().empty() ? "it does not answer" : link.refusal();
      throw Failure("MCC_ERR_STACK", "The server at memif:" + path + " does not take this client: " + words + ".",
                    "A memif joins two processes: end the other client, or serve at another path too.");
    }
    if (reason == EACCES || reason == EPERM) {
      throw Failure("MCC_ERR_STACK", "memif:" + path + " may not be used: " + std::strerror(reason) + ".",
                    "Run both ends as the same user.");
    }
    throw Failure("MCC_ERR_STACK", "Nobody serves at memif:" + path + " (" + std::strerror(reason) + ").",
                  "Start the other end first: mcc serve --stack mtcp --mtcp.port memif:" + path + " …");
  }
};

}  // namespace mcc::port

#pragma once
// Limits of the process, and what the kernel permits it.

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#if MCC_HAVE_LIBURING
#include "ring.hpp"
#endif

namespace mcc::kernel {

struct FileLimit {
  std::uint64_t soft = 0, hard = 0;
};

inline FileLimit file_limit() noexcept {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return {limit.rlim_cur, limit.rlim_max};
}

// Raises the soft limit to `wanted`, or as near as it goes; the hard one too where that is permitted (up to
// fs.nr_open). Never lowers anything. Returns what is in force then.
inline FileLimit raise_file_limit(std::uint64_t wanted) noexcept {
  FileLimit limit = file_limit();
  if (wanted > limit.hard) {
    const rlimit both{wanted, wanted};
    if (setrlimit(RLIMIT_NOFILE, &both) == 0) return file_limit();
  }
  const rlimit raised{std::max(limit.soft, std::min(wanted, limit.hard)), limit.hard};
  setrlimit(RLIMIT_NOFILE, &raised);
  return file_limit();
}

struct UringSupport {
  int error = 0;        // 0: io_uring can be used as the stack needs it; otherwise why not, as errno
  bool direct = false;  // sockets can be direct descriptors
};

// Nothing: built without it.
inline std::optional<UringSupport> try_uring() noexcept {
#if MCC_HAVE_LIBURING
  const Ring::Probe probe = Ring::probe();
  return UringSupport{probe.error, probe.direct};
#else
  return std::nullopt;
#endif
}

}  // namespace mcc::kernel

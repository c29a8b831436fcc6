#pragma once
// Which of the two stacks runs. Each is compiled with an engine of its own, so that the choice is made once and costs
// no event anything.

#include <cstring>
#include <memory>
#include <string>

#include "epoll_stack.hpp"
#include "mcc/options.hpp"
#include "system.hpp"
#if MCC_HAVE_LIBURING
#include "uring_stack.hpp"
#endif

namespace mcc::kernel {

// Calls `use` with the stack for `io`: "epoll", "uring" or "auto"; `table` is that of UringStack, `spins` that of
// Waiting. Throws Failure for io_uring where it is not to be had. "auto" is io_uring where there is one: measured with
// up to 1,000 connections the two cost the same per request, within what a shared machine lets one tell, and with
// 10,000 and with replies of 1 MB io_uring came out ahead.
template <class Use>
auto with_stack(const std::string& io, [[maybe_unused]] std::uint32_t table, bool spins, const OpenContext& context,
                Use&& use) {
#if MCC_HAVE_LIBURING
  if (io == "uring" || (io == "auto" && try_uring()->error == 0))
    return use(std::make_unique<UringStack>(context, table, spins));
#else
  if (io == "uring") {
    throw Failure("MCC_ERR_USAGE", "--kernel.io uring: this build has no io_uring, liburing's headers were missing.",
                  "Use --kernel.io epoll, or: apt-get install liburing-dev, and build again (npm rebuild).");
  }
#endif
  return use(std::make_unique<EpollStack>(context, spins));
}

}  // namespace mcc::kernel

#pragma once
// libbpf and libxdp, which the driver of AF_XDP brings along, print to stderr unless they are told otherwise.

#include <dlfcn.h>

#include <cstdarg>
#include <cstdio>

#include "eal/eal.hpp"

namespace mcc::eal {

// Their level is an enum: as int in every ABI that DPDK runs on.
inline int keep_bpf_words(int, const char* format, std::va_list arguments) {
  char line[Log::kLineMax];
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  if (length > 0) log().append(line);
  return length;
}

// Turns their words to the log, if the libraries are loaded.
inline void capture_bpf_log() {
  using Print = int (*)(int, const char*, std::va_list);
  constexpr const char* kLibraries[][2] = {
      {"libbpf.so.1", "libbpf_set_print"}, {"libbpf.so.0", "libbpf_set_print"}, {"libxdp.so.1", "libxdp_set_print"}};
  for (const auto& [library, name] : kLibraries) {
    void* const handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    if (void* const set = dlsym(handle, name)) reinterpret_cast<Print (*)(Print)>(set)(keep_bpf_words);
    dlclose(handle);
  }
}

}  // namespace mcc::eal

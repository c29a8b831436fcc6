#pragma once
// Keeps the calling thread to one core; the program ends where that is not to be had.

#include <pthread.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>

inline void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<unsigned>(core), &set);
  if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0) {
    std::fprintf(stderr, "core %d is not to be had\n", core);
    std::exit(1);
  }
}

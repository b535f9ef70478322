#include "priority.h"

#if defined(__linux__)
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <pthread.h>
#elif defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#endif

namespace steepest {

bool giveWay(int thread) {
#if defined(__linux__)
  // A thread that is merely nice may keep a core for a whole slice after another one wakes up; an idle one leaves at
  // once. By a system call: musl has the function, but refuses to do it.
#if !defined(SCHED_IDLE)
  constexpr int SCHED_IDLE = 5;
#endif
  const sched_param none = {};
  return syscall(SYS_sched_setscheduler, thread, SCHED_IDLE, &none) == 0;
#elif defined(__APPLE__)
  return thread == 0 && pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0) == 0;
#elif defined(_WIN32)
  return thread == 0 && SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_LOWEST) != 0;
#else
  static_cast<void>(thread);
  return false;
#endif
}

}  // namespace steepest

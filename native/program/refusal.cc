#include "refusal.h"

#include <cstdio>

namespace steepest {

bool Refusal::expect(const char* format, ...) {
  va_list args;
  va_start(args, format);
  std::vsnprintf(expected, sizeof expected, format, args);
  va_end(args);
  return false;
}

bool Refusal::give(const char* format, ...) {
  va_list args;
  va_start(args, format);
  std::vsnprintf(given, sizeof given, format, args);
  va_end(args);
  return false;
}

}  // namespace steepest

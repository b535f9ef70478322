#include "corpus.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace steepest {

bool WordReader::open(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return false;
  words_.clear();
  at_ = 0;
  double piece[4096];
  for (;;) {
    const size_t got = std::fread(piece, sizeof(double), sizeof piece / sizeof(double), file);
    if (got == 0) break;
    words_.insert(words_.end(), piece, piece + got);
  }
  std::fclose(file);
  return true;
}

std::vector<double> WordReader::take(int64_t n) {
  const size_t count = std::min(static_cast<size_t>(n), words_.size() - at_);
  const auto begin = words_.begin() + static_cast<std::ptrdiff_t>(at_);
  at_ += count;
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

std::vector<FuzzCase> readCorpus(const char* path) {
  WordReader reader;
  if (!reader.open(path) || reader.next() != kCorpusMagic) {
    std::fprintf(stderr, "%s is no corpus of programs: scripts/fuzz/native.mjs writes one\n", path);
    std::exit(2);
  }
  std::vector<FuzzCase> cases(static_cast<size_t>(reader.count()));
  for (FuzzCase& one : cases) {
    one.bufferBytes.resize(static_cast<size_t>(reader.count()));
    for (int64_t& bytes : one.bufferBytes) bytes = reader.count();
    for (double& value : one.registers) value = reader.next();
    one.words = reader.take(reader.count());
  }
  return cases;
}

bool writeCase(const char* path, const FuzzCase& fuzzCase) {
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return false;
  const auto put = [file](double word) { std::fwrite(&word, sizeof word, 1, file); };
  put(kCorpusMagic);
  put(1);
  put(static_cast<double>(fuzzCase.bufferBytes.size()));
  for (const int64_t bytes : fuzzCase.bufferBytes) put(static_cast<double>(bytes));
  for (const double value : fuzzCase.registers) put(value);
  put(static_cast<double>(fuzzCase.words.size()));
  for (const double word : fuzzCase.words) put(word);
  return std::fclose(file) == 0;
}

}  // namespace steepest

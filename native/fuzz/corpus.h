// Encoded programs to start from, as scripts/fuzz/native/ writes them: a file of float64 words.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../program/contract.h"

namespace steepest {

/** A program with the sizes of its buffers and its registers. */
struct FuzzCase {
  std::vector<double> words;
  std::vector<int64_t> bufferBytes;
  double registers[kRegisterCount];
};

/** Reads words of a file one after the other; past the end they are 0. */
class WordReader {
 public:
  /** False if the file cannot be read. */
  bool open(const char* path);
  double next() { return at_ < words_.size() ? words_[at_++] : 0; }
  int64_t count() { return static_cast<int64_t>(next()); }
  std::vector<double> take(int64_t n);
  bool ended() const { return at_ == words_.size(); }

 private:
  std::vector<double> words_;
  size_t at_ = 0;
};

/** First word of a corpus. */
constexpr double kCorpusMagic = 0x5eed01;

/** Reads all cases; ends the process with a message if the file is not a corpus. */
std::vector<FuzzCase> readCorpus(const char* path);

/** Writes one case as a corpus, so that it can be run again. */
bool writeCase(const char* path, const FuzzCase& fuzzCase);

}  // namespace steepest

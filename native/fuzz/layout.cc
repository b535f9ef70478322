#include "layout.h"

namespace steepest {

std::vector<OpPlace> opPlaces(const std::vector<double>& words) {
  std::vector<OpPlace> places;
  const int64_t count = static_cast<int64_t>(words.size());
  int64_t at = kHeaderWords;
  while (count - at >= kOpWords) {
    const double kind = words[static_cast<size_t>(at)];
    if (!(kind >= 0 && kind < static_cast<double>(OpKind::Count))) break;
    const OpPlace place = {&kOpSchemas[static_cast<int>(kind)], at};
    if (place.end() > count) break;
    places.push_back(place);
    at = place.end();
  }
  return places;
}

int64_t elementBytes(double dtype) {
  for (const DType four : {DType::F32, DType::I32, DType::U32}) {
    if (dtype == static_cast<double>(four)) return 4;
  }
  if (dtype == static_cast<double>(DType::F64)) return 8;
  return dtype == static_cast<double>(DType::U8) ? 1 : 0;
}

int64_t extentBytes(const double* operand) {
  if (operand[FuzzBuffer] == -1) return 0;
  const int64_t size = elementBytes(operand[FuzzDType]);
  constexpr double most = 1e15;
  for (int i = FuzzRows; i <= FuzzColStride; ++i) {
    if (!(operand[i] >= 0 && operand[i] < most)) return -1;
  }
  if (size == 0) return -1;
  const double rows = operand[FuzzRows], cols = operand[FuzzCols];
  if (rows < 1 || cols < 1) return 0;
  const double elements = (rows - 1) * operand[FuzzRowStride] + (cols - 1) * operand[FuzzColStride] + 1;
  return elements < most ? static_cast<int64_t>(elements) * size : -1;
}

}  // namespace steepest

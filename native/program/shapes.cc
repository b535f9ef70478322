#include "shapes.h"

#include <cmath>
#include <cstdio>

#include "op_tables.h"
#include "whole.h"

namespace steepest {
namespace {

static_assert(sizeof kOpTables / sizeof *kOpTables == static_cast<size_t>(OpKind::Count));

/** What the nodes of one op are worked out from. */
struct Sizes {
  const DecodedOp& op;
  double batchRows;
  double batchGroups;
};

/**
 * The same as `COMPUTE` in src/kernels/ops/formula.ts. In float64, where products that leave 53 bits lose digits but never become
 * small; whole numbers below are exact.
 */
double evaluate(const Node& node, const double* values, const Sizes& sizes) {
  const auto operand = [&]() -> const Matrix& { return sizes.op.at(node.of[0]); };
  const auto a = [&] { return values[node.of[0]]; };
  const auto b = [&] { return values[node.of[1]]; };
  switch (node.kind) {
    case NodeKind::Constant:
      return kConstants[node.of[0]];
    case NodeKind::Rows:
      return static_cast<double>(operand().rows);
    case NodeKind::Cols:
      return static_cast<double>(operand().cols);
    case NodeKind::Given:
      return operand().given() ? 1 : 0;
    case NodeKind::ElementBytes:
      return static_cast<double>(kBytesPerElement[static_cast<int>(operand().dtype)]);
    case NodeKind::Scalar:
      return sizes.op.args.scalars[node.of[0]];
    case NodeKind::BatchRows:
      return sizes.batchRows;
    case NodeKind::BatchGroups:
      return sizes.batchGroups;
    case NodeKind::SplitRows:
      return sizes.op.split == Split::Groups ? sizes.batchGroups : sizes.batchRows;
    case NodeKind::Add:
      return a() + b();
    case NodeKind::Subtract:
      return a() - b();
    case NodeKind::Multiply:
      return a() * b();
    case NodeKind::Quotient:
      return wholeBelow(a() / b());
    case NodeKind::Remainder:
      return std::fmod(a(), b());
    case NodeKind::Least:
      return a() < b() ? a() : b();
    case NodeKind::Equals:
      return a() == b() ? 1 : 0;
    case NodeKind::Select:
      return a() != 0 ? b() : values[node.of[2]];
    case NodeKind::Plane:
      return (std::fmod(a(), kPlanePeriod) == 0 ? a() + 1 : a()) * static_cast<double>(kGroupImages);
  }
  return std::nan("");
}

bool holds(Relation relation, double left, double right) {
  if (relation == Relation::Exactly) return left == right;
  return relation == Relation::AtLeast ? left >= right : left <= right;
}

bool refuseRule(const DecodedOp& op, const Rule& rule, const Node& left, const double* values, Refusal& refusal) {
  const long long number = static_cast<long long>(op.number);
  const char* kind = op.schema().name;
  const char* reason = kReasons[rule.reason];
  constexpr const char* relations[] = {"", "at least ", "at most "};
  const char* relation = relations[static_cast<int>(rule.relation)];
  if (rule.operand < 0) {
    refusal.expect("op %lld (%s): %s (%s%.17g)", number, kind, reason, relation, values[rule.right]);
  } else {
    refusal.expect("op %lld (%s): operand %s with %s%.17g %s (%s)", number, kind, op.schema().operands[rule.operand].name,
                   relation, values[rule.right], left.kind == NodeKind::Rows ? "rows" : "cols", reason);
  }
  return refusal.give("%.17g", values[rule.left]);
}

/** A whole number from 0 up, of which infinity is the largest. */
int64_t countOf(double value) { return value < 0x1p53 ? static_cast<int64_t>(value) : kUnlimited; }

bool checkSplit(const DecodedOp& op, int64_t range, Refusal& refusal) {
  const long long number = static_cast<long long>(op.number);
  const char* kind = op.schema().name;
  const SplitClass splits = op.schema().splits;
  const bool mayBeGroups = splits == SplitClass::Groups || splits == SplitClass::RowsOrGroups;
  if (op.split == Split::Groups ? !mayBeGroups : splits == SplitClass::Groups) {
    refusal.expect("op %lld (%s): split groups for ops on images, and only for those", number, kind);
    return refusal.give("another");
  }
  if (op.split == Split::Rows && (range != kUnlimited || splits == SplitClass::None)) {
    refusal.expect("op %lld (%s): a split other than rows, as its range is not the mini-batch", number, kind);
    return refusal.give("rows");
  }
  if (op.split != Split::Slice) return true;
  if (splits == SplitClass::None) {
    refusal.expect("op %lld (%s): split all or first", number, kind);
    return refusal.give("slice");
  }
  if (op.end <= range) return true;
  refusal.expect("op %lld (%s): a slice within [0, %lld)", number, kind, static_cast<long long>(range));
  return refusal.give("[%lld, %lld)", static_cast<long long>(op.begin), static_cast<long long>(op.end));
}

}  // namespace

bool checkShapes(const DecodedOp& op, OpExtent* extent, Refusal& refusal) {
  const OpTable& table = kOpTables[static_cast<int>(op.kind)];
  const Node* nodes = kNodes + table.firstNode;
  const double rows = static_cast<double>(op.windowRows);
  const Sizes sizes = {op, rows, -wholeBelow(-rows / static_cast<double>(kGroupImages))};
  double values[kMostNodes];
  for (int i = 0; i < table.nodeCount; ++i) values[i] = evaluate(nodes[i], values, sizes);
  for (int i = 0; i < table.ruleCount; ++i) {
    const Rule& rule = kRules[table.firstRule + i];
    if (rule.operand >= 0 && !op.at(rule.operand).given()) continue;
    if (holds(rule.relation, values[rule.left], values[rule.right])) continue;
    return refuseRule(op, rule, nodes[rule.left], values, refusal);
  }
  *extent = {countOf(values[table.range]), countOf(values[table.tableRows])};
  return checkSplit(op, extent->range, refusal);
}

}  // namespace steepest

/**
 * What programs need of the declarations of ops, as flat data. In the bundle, this module is
 * replaced by its computed results (scripts/bundle.mjs): to load and to evaluate the declarations
 * would take milliseconds of the first fit.
 */
import type { FlatNode } from './evaluate.js';
import { Formula, OF_OPERANDS } from './formula.js';
import { type OpKind, oncePerKind, schemaOf } from './index.js';
import type { OperandSchema, Relation, Rule, ScalarRange, SplitClass } from './schema.js';

/** A rule whose two sides are node indices. */
export interface FlatRule {
  readonly relation: Relation;
  readonly left: number;
  readonly right: number;
  readonly why: string;
  /** The operand whose rows or columns `left` is. If the operand is absent, the rule holds. */
  readonly operand: string | undefined;
}

/** What `bind` checks an op against, and computes from its sizes. */
export interface CompiledOp {
  readonly operands: readonly (readonly [name: string, OperandSchema])[];
  readonly scalars: readonly (readonly [name: string, ScalarRange])[];
  readonly splits: SplitClass;
  readonly runsEmpty: boolean;
  readonly nodes: readonly FlatNode[];
  /** Indices of nodes. */
  readonly range: number;
  readonly tableRows: number;
  readonly rules: readonly FlatRule[];
}

function flatten(rule: Rule, formula: Formula): FlatRule[] {
  if (!('relation' in rule)) return rule.flatMap((part) => flatten(part, formula));
  const { relation, why } = rule;
  const [left, right] = [formula.add(rule.left), formula.add(rule.right)];
  const { kind, name } = formula.nodes[left]!;
  const operand = kind === 'rows' || kind === 'cols' ? name : undefined;
  return [{ relation, left, right, why, operand }];
}

/**
 * Rejects an operand that no rule names. A kernel would use the sizes of the other operands, and
 * could read or write past the end of this one. An op without complete rules therefore never runs.
 */
function checkEveryOperandNamed(kind: OpKind, { nodes }: Formula): void {
  const named = new Set(nodes.filter((node) => OF_OPERANDS.has(node.kind)).map(({ name }) => name));
  for (const operand of Object.keys(schemaOf(kind).operands)) {
    if (!named.has(operand)) throw new Error(`op ${kind}: no rule names operand ${operand}`);
  }
}

function compile(kind: OpKind): CompiledOp {
  const schema = schemaOf(kind);
  const { operands, scalars, rules, range, tableRows, splits, runsEmpty } = schema;
  const formula = new Formula(kind, schema);
  const flat = rules().flatMap((rule) => flatten(rule, formula));
  checkEveryOperandNamed(kind, formula);
  return {
    operands: Object.entries(operands),
    scalars: Object.entries(scalars),
    splits,
    runsEmpty,
    rules: flat,
    range: formula.add(range),
    tableRows: formula.add(tableRows),
    nodes: formula.nodes,
  };
}

/** The cost of an op, as node indices. */
export interface OpCosts {
  readonly nodes: readonly FlatNode[];
  readonly flops: number;
  /** Undefined if the op reads or writes every operand completely. */
  readonly bytes: number | undefined;
}

function compileCosts(kind: OpKind): OpCosts {
  const schema = schemaOf(kind);
  const formula = new Formula(kind, schema);
  const bytes = schema.bytes === undefined ? undefined : formula.add(schema.bytes);
  return { flops: formula.add(schema.flops), bytes, nodes: formula.nodes };
}

export const compiledOp = oncePerKind(compile);
export const costOf = oncePerKind(compileCosts);

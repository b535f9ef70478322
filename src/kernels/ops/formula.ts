import { type FlatNode, MOST_NODES } from './evaluate.js';
import type { Expression, NodeKind } from './expression.js';
import type { OpSchema } from './schema.js';

export const OF_OPERANDS: ReadonlySet<NodeKind> = new Set(['rows', 'cols', 'given', 'elementBytes']);

/** The expressions of one op kind. Each part occurs once, before the nodes that use it. */
export class Formula {
  readonly nodes: FlatNode[] = [];
  private readonly places = new Map<string, number>();

  constructor(
    private readonly kind: string,
    private readonly schema: OpSchema,
  ) {}

  /** Adds an expression. @returns the index of its node */
  add(expression: Expression): number {
    if (typeof expression === 'number') return this.place('constant', '', expression, []);
    const { kind, name, of } = expression;
    this.checkName(kind, name);
    return this.place(
      kind,
      name,
      0,
      of.map((part) => this.add(part)),
    );
  }

  private place(kind: NodeKind, name: string, value: number, of: readonly number[]): number {
    const key = `${kind} ${name} ${value} ${of.join(' ')}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const place = this.nodes.length;
    if (place === MOST_NODES) throw new Error(`op ${this.kind}: more than ${MOST_NODES} nodes of rules`);
    this.nodes.push({ kind, name, value, of });
    this.places.set(key, place);
    return place;
  }

  private checkName(kind: NodeKind, name: string): void {
    const { operands, scalars } = this.schema;
    const names = OF_OPERANDS.has(kind) ? operands : kind === 'scalar' ? scalars : undefined;
    if (names !== undefined && !Object.hasOwn(names, name)) {
      throw new Error(`op ${this.kind}: a rule names ${kind} '${name}', which it does not have`);
    }
  }
}

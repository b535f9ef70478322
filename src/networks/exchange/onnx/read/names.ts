/** Longer names are cut. */
const MOST_NAME = 80;
/** Names that exporters give to constants of their own. */
const MADE_UP = /^(?:onnx::|val_|const|initializer|_)/i;

/**
 * Names every layer: by the name of its first weight in the file without the last part
 * (`fc1.weight` is of `fc1`), or by its type with a number.
 */
export class LayerNames {
  private readonly taken = new Set<string>();
  private readonly ofType = new Map<string, number>();

  of(type: string, hint: string, hasWeights: boolean): string {
    const own = hint
      .replace(/[./][^./]*$/, '')
      .replace(/[^A-Za-z0-9_.-]/g, '_')
      .slice(0, MOST_NAME);
    const isName = hasWeights && own !== '' && own !== hint && !MADE_UP.test(hint) && /[A-Za-z]/.test(own);
    const name = isName ? this.free((n) => (n === 1 ? own : `${own}_${n}`), 1) : this.numbered(type);
    this.taken.add(name);
    return name;
  }

  private numbered(type: string): string {
    const number = (this.ofType.get(type) ?? 0) + 1;
    this.ofType.set(type, number);
    return this.free((n) => `${type}_${n}`, number);
  }

  private free(name: (number: number) => string, first: number): string {
    let number = first;
    while (this.taken.has(name(number))) number++;
    return name(number);
  }
}

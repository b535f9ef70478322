import type { ActivationSpec } from '../../kernels/activations.js';
import {
  ACTIVATIONS,
  type ElementwiseActivation,
  GEMM_BATCH,
  GEMM_EPILOGUE,
  GEMM_INIT,
  type Operand,
} from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { columns, partOf, partsOf, type Region, transposed } from '../../program/memory.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { Part } from '../../program/ownership.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { derivativeNeedsInput } from './activate.js';

/** Rows of a weight matrix that are updated together: one cache line of its transpose. */
export const SLICE_ROWS = 16;

/**
 * z = x·W + b, y = f(z), with x (B × in), W (in × out), b (out).
 *
 * Backward ("Deep Learning", Goodfellow et al., §6.5): δ = ∂L/∂z; ∂L/∂W = xᵀ·δ; ∂L/∂b = Σ_rows δ;
 * ∂L/∂x = δ·Wᵀ, which is multiplied by f′ of the previous node as it is stored.
 */
export class AffineNode implements Node {
  readonly takes = 'rows';
  readonly gives = 'rows';
  readonly endsIn: ElementwiseActivation;
  readonly parameters: readonly ParameterSpec[];
  private x: Operand | undefined;
  private saved: Operand | undefined;
  /** Owners of the columns of W, if it has some in this program. */
  private owners: readonly Part[] | undefined;

  constructor(
    readonly name: string,
    readonly inputCols: number,
    readonly outputCols: number,
    private readonly kernel: ParameterSpec,
    private readonly bias: ParameterSpec | undefined,
    private readonly activation: ActivationSpec,
  ) {
    this.endsIn = activation.name;
    this.parameters = bias === undefined ? [kernel] : [kernel, bias];
  }

  /** The same node with another activation: compiler passes fuse and separate activations. */
  withActivation(activation: ActivationSpec): AffineNode {
    return new AffineNode(this.name, this.inputCols, this.outputCols, this.kernel, this.bias, activation);
  }

  /** The same node with other weights of the same shapes, another name and its own buffers. */
  withParameters(name: string, kernel: ParameterSpec, bias: ParameterSpec): AffineNode {
    return new AffineNode(name, this.inputCols, this.outputCols, kernel, bias, this.activation);
  }

  get isLinear(): boolean {
    return this.activation.name === 'linear';
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    this.x = x;
    const { name: activation, alpha } = this.activation;
    // Training keeps z if the derivative is computed from it; otherwise f(z) overwrites z.
    const keepsInput = builder.differentiates && derivativeNeedsInput(activation);
    const y = builder.batchMatrix(`${this.name}.y`, this.outputCols);
    const z = keepsInput ? builder.batchMatrix(`${this.name}.z`, this.outputCols) : y;
    const fused = !keepsInput && !this.isLinear;
    const scalars = {
      init: this.bias ? GEMM_INIT.bias : GEMM_INIT.zero,
      epilogue: fused ? GEMM_EPILOGUE.activation : GEMM_EPILOGUE.none,
      activation: fused ? ACTIVATIONS[activation] : ACTIVATIONS.linear,
      alpha,
      batch: GEMM_BATCH.m,
    };
    this.owners = builder.ownedColumns(this.kernel);
    if (this.owners !== undefined) {
      builder.setOwners(y, { parts: this.owners, isLast: builder.hasCopies(x) });
    }
    for (const { first, operand: b } of partsOf(this.weights(builder))) {
      const part = this.owners?.find((owned) => owned.first === first);
      const own = (array: Operand): Operand => columns(array, first, b.cols);
      const a = part ? builder.copyFor(x, part) : x;
      const bias = this.biasVector(builder);
      const operands = { a, b, c: own(z), bias: bias && own(bias) };
      builder.emit('gemm', operands, scalars, { part, label: `${this.name} forward` });
      if (!keepsInput) continue;
      const elementwise = { activation: ACTIVATIONS[activation], alpha };
      const label = `${this.name} ${activation}`;
      builder.emit('activation', { x: own(z), y: own(y) }, elementwise, { part, label });
    }
    this.saved = keepsInput ? z : y;
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    if (this.isLinear || this.saved === undefined) return undefined;
    return { activation: this.activation.name, alpha: this.activation.alpha, saved: this.saved };
  }

  backward(
    builder: ProgramBuilder,
    gradient: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined {
    const delta = gradient.operand;
    if (gradient.of === 'output' && !this.isLinear) {
      builder.emit(
        'activationBackward',
        { dy: delta, s: this.saved, dx: delta },
        { activation: ACTIVATIONS[this.activation.name], alpha: this.activation.alpha },
        { label: `${this.name} ${this.activation.name}′` },
      );
    }
    const below = wanted ? this.inputGradient(builder, delta, previous) : undefined;
    this.parameterGradients(builder, delta);
    return below;
  }

  private inputGradient(
    builder: ProgramBuilder,
    delta: Operand,
    previous: OutputDerivative | undefined,
  ): Gradient {
    const dx = builder.batchMatrix(`${this.name}.dx`, this.inputCols);
    const scalars = {
      init: GEMM_INIT.zero,
      epilogue: previous ? GEMM_EPILOGUE.derivative : GEMM_EPILOGUE.none,
      activation: ACTIVATIONS[previous?.activation ?? 'linear'],
      alpha: previous?.alpha ?? 0,
      batch: GEMM_BATCH.m,
    };
    const label = `${this.name} dx`;
    const b = this.weightsTransposed(builder);
    const owners = this.inputGradientOwners(builder);
    if (owners === undefined) {
      builder.emit('gemm', { a: delta, b, c: dx, d: previous?.saved }, scalars, { label });
    }
    for (const part of owners ?? []) {
      const own = (array: Operand): Operand => columns(array, part.first, part.count);
      const operands = { a: delta, b: own(b), c: own(dx), d: previous && own(previous.saved) };
      builder.emit('gemm', operands, scalars, { part, label });
    }
    return { operand: dx, of: previous ? 'preactivation' : 'output' };
  }

  /**
   * The owners of the columns of x compute their columns of the input gradient, if they alone need
   * them, or if all of δ has to be there in any case.
   */
  private inputGradientOwners(builder: ProgramBuilder): readonly Part[] | undefined {
    const above = builder.ownersOf(this.x as Operand);
    return above && (above.isLast || this.owners !== undefined) ? above.parts : undefined;
  }

  /**
   * dW = xᵀ·δ and db = Σ δ, in the merge over all rows; each rank computes its slice of the
   * parameters. A frozen layer has neither.
   */
  private parameterGradients(builder: ProgramBuilder, delta: Operand): void {
    if (!this.kernel.trainable) return;
    const x = this.x as Operand;
    if (this.owners !== undefined) {
      for (const part of this.owners) {
        this.kernelGradient(builder, builder.copyFor(x, part), columns(delta, part.first, part.count), part);
        this.biasGradient(builder, delta, part);
      }
      return;
    }
    const above = builder.ownersOf(x)?.parts.map((part): Part => ({ ...part, over: 'rows' }));
    // Rows of W whose inputs a rank has computed are in its cache.
    for (const part of above ?? []) {
      this.kernelGradient(builder, columns(x, part.first, part.count), delta, part);
    }
    if (above === undefined) this.kernelGradient(builder, x, delta, undefined);
    this.biasGradient(builder, delta, undefined);
  }

  /** dW = xᵀ·δ, or a part of it, from the columns of x or δ that it takes. */
  private kernelGradient(builder: ProgramBuilder, x: Operand, delta: Operand, part: Part | undefined): void {
    const { kernel } = this;
    const dW = partOf(builder.memory.parameterArray(kernel, 'gradient', '.gradient'), part);
    const units = Math.ceil(x.cols / SLICE_ROWS);
    const cost = 2 * SLICE_ROWS * delta.cols * builder.maxRows;
    const group = builder.emitGroup(kernel.name, units, cost, part);
    const range = { perUnit: SLICE_ROWS, extent: x.cols };
    const scalars = {
      init: GEMM_INIT.zero,
      epilogue: GEMM_EPILOGUE.none,
      activation: ACTIVATIONS.linear,
      alpha: 0,
      batch: GEMM_BATCH.k,
    };
    builder.emitSlice(group, 'gemm', { a: transposed(x), b: delta, c: dW }, scalars, range);
    builder.gradientReady(group, kernel, dW, range);
  }

  private biasGradient(builder: ProgramBuilder, delta: Operand, part: Part | undefined): void {
    const { bias } = this;
    if (bias === undefined) return;
    const own = (array: Operand): Operand => (part ? columns(array, part.first, part.count) : array);
    const db = own(builder.memory.vector(`${bias.name}.gradient`, 'gradient', this.outputCols));
    const group = builder.emitGroup(bias.name, 1, db.cols * builder.maxRows, part);
    const range = { perUnit: db.cols, extent: db.cols };
    builder.emitSlice(group, 'biasGradient', { dz: own(delta), db }, {}, range);
    builder.gradientReady(group, bias, db, { perUnit: 1, extent: 1 });
  }

  private weights(builder: ProgramBuilder): Region {
    return builder.memory.parameterArray(this.kernel, 'parameter');
  }

  private weightsTransposed(builder: ProgramBuilder): Operand {
    const { name, rows, cols } = this.kernel;
    return builder.memory.matrix(`${name}.transpose`, 'transpose', cols, rows);
  }

  private biasVector(builder: ProgramBuilder): Operand | undefined {
    return this.bias && builder.memory.vector(this.bias.name, 'parameter', this.bias.cols);
  }
}

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
import { transposed } from '../../program/memory.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
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
    builder.emit(
      'gemm',
      { a: x, b: this.weights(builder), c: z, bias: this.biasVector(builder) },
      {
        init: this.bias ? GEMM_INIT.bias : GEMM_INIT.zero,
        epilogue: fused ? GEMM_EPILOGUE.activation : GEMM_EPILOGUE.none,
        activation: fused ? ACTIVATIONS[activation] : ACTIVATIONS.linear,
        alpha,
        batch: GEMM_BATCH.m,
      },
      { label: `${this.name} forward` },
    );
    if (keepsInput) {
      const scalars = { activation: ACTIVATIONS[activation], alpha };
      builder.emit('activation', { x: z, y }, scalars, { label: `${this.name} ${activation}` });
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
    builder.emit(
      'gemm',
      { a: delta, b: this.weightsTransposed(builder), c: dx, d: previous?.saved },
      {
        init: GEMM_INIT.zero,
        epilogue: previous ? GEMM_EPILOGUE.derivative : GEMM_EPILOGUE.none,
        activation: ACTIVATIONS[previous?.activation ?? 'linear'],
        alpha: previous?.alpha ?? 0,
        batch: GEMM_BATCH.m,
      },
      { label: `${this.name} dx` },
    );
    return { operand: dx, of: previous ? 'preactivation' : 'output' };
  }

  /**
   * dW = xᵀ·δ and db = Σ δ, in the merge over all rows; each rank computes its slice of the
   * parameters. A frozen layer has neither.
   */
  private parameterGradients(builder: ProgramBuilder, delta: Operand): void {
    if (!this.kernel.trainable) return;
    const { inputCols: rows, outputCols: cols } = this;
    const dW = builder.memory.matrix(`${this.kernel.name}.gradient`, 'gradient', rows, cols);
    const kernelGroup = builder.emitGroup(
      this.kernel.name,
      Math.ceil(rows / SLICE_ROWS),
      2 * SLICE_ROWS * cols * builder.maxRows,
    );
    builder.emitSlice(
      kernelGroup,
      'gemm',
      { a: transposed(this.x as Operand), b: delta, c: dW },
      {
        init: GEMM_INIT.zero,
        epilogue: GEMM_EPILOGUE.none,
        activation: ACTIVATIONS.linear,
        alpha: 0,
        batch: GEMM_BATCH.k,
      },
      { perUnit: SLICE_ROWS, extent: rows },
    );
    builder.gradientReady(kernelGroup, this.kernel, dW, { perUnit: SLICE_ROWS, extent: rows });
    if (this.bias === undefined) return;
    const db = builder.memory.vector(`${this.bias.name}.gradient`, 'gradient', cols);
    const biasGroup = builder.emitGroup(this.bias.name, 1, cols * builder.maxRows);
    builder.emitSlice(biasGroup, 'biasGradient', { dz: delta, db }, {}, { perUnit: cols, extent: cols });
    builder.gradientReady(biasGroup, this.bias, db, { perUnit: 1, extent: 1 });
  }

  private weights(builder: ProgramBuilder): Operand {
    return builder.memory.matrix(this.kernel.name, 'parameter', this.kernel.rows, this.kernel.cols);
  }

  private weightsTransposed(builder: ProgramBuilder): Operand {
    const { name, rows, cols } = this.kernel;
    return builder.memory.matrix(`${name}.transpose`, 'transpose', cols, rows);
  }

  private biasVector(builder: ProgramBuilder): Operand | undefined {
    return this.bias && builder.memory.vector(this.bias.name, 'parameter', this.bias.cols);
  }
}

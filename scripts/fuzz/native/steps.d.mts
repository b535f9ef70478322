/** Programs of whole training steps, encoded, with the lengths of their buffers in bytes. */
export declare function stepCases(): { words: Float64Array; buffers: number[]; registers: Float64Array }[];

/** The formats of data that the commands read. */
export const DATA_FORMATS = ['csv', 'parquet', 'arrow', 'npy', 'npz', 'images'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

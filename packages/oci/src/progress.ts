/** Told how much of a blob was moved, in bytes; the total where it is known. */
export type Progress = (moved: { readonly bytes: number; readonly totalBytes: number | undefined }) => void;

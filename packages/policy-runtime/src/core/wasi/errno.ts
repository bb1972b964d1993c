/** Error numbers of WASI preview 1 that we answer with. */
export const errno = {
  success: 0,
  badFileDescriptor: 8,
  fault: 21,
  invalid: 28,
  notSupported: 58,
  illegalSeek: 70,
} as const;

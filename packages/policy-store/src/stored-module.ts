/** A module, and what is known of where it came from. */
export interface StoredModule {
  readonly bytes: Uint8Array;
  /** of the file it lies in */
  readonly path: string;
  /** of the bytes: `sha256:` and 64 hex digits */
  readonly digest: string;
  /**
   * of the manifest or index that the reference names, as `<algorithm>:<hex>`; of a module that lay in the store, only
   * where the reference has a digest
   */
  readonly manifestDigest?: string | undefined;
}

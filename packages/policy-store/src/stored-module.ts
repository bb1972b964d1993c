/** A module, and what is known of where it came from. */
export interface DownloadedModule {
  readonly bytes: Uint8Array;
  /** of the bytes: `sha256:` and 64 hex digits */
  readonly digest: string;
  /**
   * of the manifest or index that the reference named when the module was downloaded, as `<algorithm>:<hex>`; not known
   * of a module that another program put into the store
   */
  readonly manifestDigest?: string | undefined;
}

/** A module that lies in a file. */
export interface StoredModule extends DownloadedModule {
  /** of the file */
  readonly path: string;
}

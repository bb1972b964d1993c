export interface ArchiveLimits {
  /** The largest module, in bytes. */
  readonly maxModuleBytes: number;
  /** All that comes out of the archive, in bytes. */
  readonly maxTotalBytes: number;
  /** Policies, manifests, folders and whatever else has an entry. */
  readonly maxEntries: number;
}

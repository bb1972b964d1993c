import type { KubernetesObject } from "@kubewarden-ts/api";
import type { CallOptions, ObjectName } from "../objects/object-client.ts";

/** What happened to an object: made (`before` absent), changed (both), gone (`after` absent). */
export interface ObjectChange<T> {
  readonly before?: T | undefined;
  readonly after?: T | undefined;
}

/**
 * A copy of all objects of a kind, or of those in one namespace, kept current by a watch. Its objects are everybody's:
 * nobody may change them.
 */
export interface Informer<T extends KubernetesObject> extends AsyncDisposable {
  /** whether the first list has come in */
  readonly synced: boolean;
  /** Resolves when the first list has come in. @throws {KubeError} `KUBE_ABORTED`, `KUBE_CLOSED` */
  whenSynced(options: Required<CallOptions>): Promise<void>;
  get(name: ObjectName): T | undefined;
  /** in no order */
  list(): readonly T[];
  /** Those for which the index of that name gave `key`. */
  byIndex(index: string, key: string): readonly T[];
  /**
   * Calls back for every object there is, then at every change, and for all again when they are listed anew and at each
   * resync. A handler must not throw.
   * @returns ends it
   */
  onChange(handler: (change: ObjectChange<T>) => void): () => void;
}

import type { ListDocument } from "./object-store.ts";
import { type ListFrame, namespaceDocument, type Snapshot } from "./snapshot.ts";

/** The lists of single namespaces that were cut out of a list of all. */
export interface NamespaceLists {
  /** bytes of the lists that are kept */
  readonly bytes: number;
  /** @param version - of the snapshot */
  get(namespace: string, snapshot: Snapshot, version: number): ListDocument;
  /** Objects of these namespaces changed. */
  forget(namespaces: Iterable<string>): void;
  clear(): void;
}

const maxKept = 128;

export function createNamespaceLists(frame: ListFrame): NamespaceLists {
  const kept = new Map<string, ListDocument>();
  let bytes = 0;

  function forget(namespace: string): void {
    bytes -= kept.get(namespace)?.document.length ?? 0;
    kept.delete(namespace);
  }

  return {
    get bytes() {
      return bytes;
    },
    get(namespace, snapshot, version) {
      const known = kept.get(namespace);
      if (known !== undefined) return known;
      const made = { ...namespaceDocument(snapshot, frame, namespace), version };
      kept.set(namespace, made);
      bytes += made.document.length;
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) forget(oldest);
      return made;
    },
    forget(namespaces) {
      for (const namespace of namespaces) forget(namespace);
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}

import { compareCodePoints } from "@kubewarden-ts/protocol";
import type { ByteWriter } from "../json/byte-writer.ts";
import { stringAt } from "../json/read-json.ts";
import { type NamePlaces, nameless } from "../masks/stored-object.ts";

// Objects are ordered by namespace, then name. A NUL, which no name can hold, sorts before everything else: so the
// order of the joined texts is that order, and the objects of a namespace stand together.

const NUL = 0;
const separator = "\0";

/** One text for namespace and name. @throws {KubeError} `KUBE_ANSWER_INVALID` when there is no name */
export function readKey(bytes: Uint8Array, places: NamePlaces): string {
  const name = stringAt(bytes, places.name) ?? "";
  const namespace = stringAt(bytes, places.namespace) ?? "";
  if (name === "" || name.includes(separator) || namespace.includes(separator)) throw nameless();
  return namespace + separator + name;
}

/** Writes that text as UTF-8. @throws {KubeError} `KUBE_ANSWER_INVALID` when there is no name */
export function writeObjectKey(out: ByteWriter, bytes: Uint8Array, places: NamePlaces): void {
  const { name, namespace } = places;
  if (name === undefined || !isPlain(bytes, name) || (namespace && !isPlain(bytes, namespace))) {
    return out.write(Buffer.from(readKey(bytes, places)));
  }
  if (namespace !== undefined) out.write(bytes, namespace.start + 1, namespace.end - 1);
  out.byte(NUL);
  out.write(bytes, name.start + 1, name.end - 1);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a value is a string, not empty, that stands for itself. */
function isPlain(bytes: Uint8Array, { start, end }: { start: number; end: number }): boolean {
  if (bytes[start] !== QUOTE || end - start < 3) return false;
  for (let position = start + 1; position < end; position++) if (bytes[position] === BACKSLASH) return false;
  return true;
}

/** The names that were joined. */
export function splitKey(key: string): { namespace: string; name: string } {
  const at = key.indexOf(separator);
  return { namespace: key.slice(0, at), name: key.slice(at + 1) };
}

/** What the keys of a namespace lie between: from the first on, and before the second. */
export function namespaceBounds(namespace: string): { from: string; before: string } {
  return { from: namespace + separator, before: `${namespace}\u0001` };
}

/** The order of keys, which is also that of their UTF-8 bytes. */
export const compareKeys = compareCodePoints;

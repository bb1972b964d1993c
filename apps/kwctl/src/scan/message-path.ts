import type { FieldPath } from "./manifest-stream.ts";

/** `spec.containers[0].image`, `metadata.labels["a.b/c"]`; at least two parts, so that plain words are none. */
const dotted =
  /[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[(?:\d{1,9}|"[^"\]]{1,300}"|'[^'\]]{1,300}'|[\w./-]{1,300})\])+/g;
const part = /^\.?([A-Za-z_][\w-]*)|^\[(?:(\d{1,9})|"([^"]*)"|'([^']*)'|([^\]]*))\]/;
/** `/spec/containers/0/image` (RFC 6901). */
const pointer = /(?:^|[\s"'`(])((?:\/(?:[^\s/~"'`()]|~[01]){1,300}){2,40})/g;

/** Longer texts are not looked through. */
const maxLength = 10_000;

/** The paths of fields that a message may speak of, in its order. */
export function fieldPathsIn(message: string): FieldPath[] {
  const text = message.slice(0, maxLength);
  const paths = Array.from(text.matchAll(dotted), ([path]) => partsOf(path));
  const pointers = Array.from(text.matchAll(pointer), ([, path = ""]) => tokensOf(path));
  return [...paths, ...pointers];
}

function partsOf(path: string): FieldPath {
  const parts: (string | number)[] = [];
  for (let rest = path; rest !== ""; ) {
    const found = part.exec(rest);
    if (found === null) return parts;
    const [matched, name, index, ...quoted] = found;
    parts.push(
      index === undefined ? (name ?? quoted.find((text) => text !== undefined) ?? "") : Number(index),
    );
    rest = rest.slice(matched.length);
  }
  return parts;
}

function tokensOf(path: string): FieldPath {
  return path
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((token) => (/^\d{1,9}$/.test(token) ? Number(token) : token));
}

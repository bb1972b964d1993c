import { decodeJsonString, keyIndex, knownKeys, MAX_JSON_DEPTH } from "@kubewarden-ts/protocol";
import { CLOSE_BRACE, CLOSE_BRACKET, OPEN_BRACE, OPEN_BRACKET } from "../json/ascii.ts";
import { type ByteWriter, createByteWriter } from "../json/byte-writer.ts";
import { writeComma, writeCompact, writeKey, writeMember } from "../json/compact-json.ts";
import { checkObject } from "../json/read-json.ts";
import { beforeMembers, type MemberCursor, nextMember, walkElements } from "../json/walk-json.ts";

/**
 * The fields that a policy wants to see (policy-runtime 5.8): a tree of keys. A node without children keeps everything
 * below it.
 */
export type FieldMask = ReadonlyMap<string, FieldMask>;

type Node = Map<string, Node>;

/**
 * Makes a tree of dot paths. A longer path narrows a shorter one: `spec` and `spec.x` keep `spec.x` only.
 * @returns `undefined` for no paths: nothing is pruned
 */
export function parseFieldMask(paths: readonly string[] | null | undefined): FieldMask | undefined {
  if (paths === undefined || paths === null || paths.length === 0) return undefined;
  const root: Node = new Map();
  for (const path of paths) {
    let node = root;
    // no document is deeper, so that longer paths say the same
    for (const key of path.split(".", MAX_JSON_DEPTH + 1)) {
      const child: Node = node.get(key) ?? new Map();
      node.set(key, child);
      node = child;
    }
  }
  return root;
}

/** A text that is the same for masks that keep the same, whatever the order of their paths. */
export function fieldMaskKey(mask: FieldMask | undefined): string {
  return mask === undefined ? "" : JSON.stringify(sorted(mask));
}

function sorted(mask: FieldMask): unknown[] {
  const nodes = [...mask].sort(([left], [right]) => (left < right ? -1 : 1));
  return nodes.map(([key, below]) => [key, sorted(below)]);
}

const wholeKeys = knownKeys(["apiVersion", "kind", "metadata"]);

/**
 * The object with its body pruned; `apiVersion`, `kind` and `metadata` stay complete. Numbers and strings stay byte
 * for byte, white space goes.
 * @param object - one JSON object
 * @throws {KubeError} `KUBE_ANSWER_INVALID` when it is not
 * @example applyFieldMask(pod, parseFieldMask(["spec.containers.image"]))
 */
export function applyFieldMask(object: Uint8Array, mask: FieldMask | undefined): Uint8Array {
  const member = beforeMembers(checkObject(object, "an object"));
  const out = createByteWriter({ initialBytes: object.length });
  out.byte(OPEN_BRACE);
  while (nextMember(object, member)) writeBodyMember(out, 0, object, member, mask);
  out.byte(CLOSE_BRACE);
  return out.take();
}

/** Writes a member of a whole object as far as the mask keeps it. */
export function writeBodyMember(
  out: ByteWriter,
  openedAt: number,
  bytes: Uint8Array,
  member: MemberCursor,
  mask: FieldMask | undefined,
): void {
  const isWhole = mask === undefined || keyIndex(wholeKeys, bytes, member.keyStart, member.keyEnd) >= 0;
  if (isWhole) writeMember(out, openedAt, bytes, member);
  else writeMaskedMember(out, openedAt, bytes, member, mask);
}

function writeMaskedMember(
  out: ByteWriter,
  openedAt: number,
  bytes: Uint8Array,
  member: MemberCursor,
  mask: FieldMask,
): void {
  const key = decodeJsonString(bytes, member.keyStart, member.keyEnd);
  const below = key === undefined ? undefined : mask.get(key);
  if (below === undefined) return;
  writeKey(out, openedAt, bytes, member);
  writeMasked(out, bytes, member.valueStart, member.valueEnd, below);
}

/** Writes a value with objects pruned to the mask; every element of an array is pruned alike, scalars stay. */
function writeMasked(out: ByteWriter, bytes: Uint8Array, start: number, end: number, mask: FieldMask): void {
  if (mask.size === 0) writeCompact(out, bytes, start, end);
  else if (bytes[start] === OPEN_BRACE) writeMaskedObject(out, bytes, start, mask);
  else if (bytes[start] === OPEN_BRACKET) writeMaskedArray(out, bytes, start, mask);
  else writeCompact(out, bytes, start, end);
}

function writeMaskedObject(out: ByteWriter, bytes: Uint8Array, start: number, mask: FieldMask): void {
  const openedAt = out.length;
  const member = beforeMembers(start);
  out.byte(OPEN_BRACE);
  while (nextMember(bytes, member)) writeMaskedMember(out, openedAt, bytes, member, mask);
  out.byte(CLOSE_BRACE);
}

function writeMaskedArray(out: ByteWriter, bytes: Uint8Array, start: number, mask: FieldMask): void {
  const openedAt = out.length;
  out.byte(OPEN_BRACKET);
  walkElements(bytes, start, (elementStart, elementEnd) => {
    writeComma(out, openedAt);
    writeMasked(out, bytes, elementStart, elementEnd, mask);
  });
  out.byte(CLOSE_BRACKET);
}

import { keyIndex, knownKeys } from "@kubewarden-ts/protocol";
import { KubeError } from "../errors.ts";
import { CLOSE_BRACE, OPEN_BRACE } from "../json/ascii.ts";
import type { ByteWriter } from "../json/byte-writer.ts";
import { writeComma, writeCompact, writeKey, writeMember } from "../json/compact-json.ts";
import { type Place, placesOf } from "../json/read-json.ts";
import { beforeMembers, type MemberCursor, nextMember } from "../json/walk-json.ts";
import type { ResourceReference } from "../resources/api-resource.ts";
import { type FieldMask, writeBodyMember } from "./field-mask.ts";

const encoder = new TextEncoder();

/** How objects are kept. */
export interface StoredForm extends ResourceReference {
  readonly mask: FieldMask | undefined;
  /** JSON of what is filled in where the API server's lists omit it */
  readonly filledIn: { readonly apiVersion: Uint8Array; readonly kind: Uint8Array };
}

/** @param mask - what is kept of the body; `undefined` for all of it */
export function storedForm({ apiVersion, kind }: ResourceReference, mask: FieldMask | undefined): StoredForm {
  const json = (text: string): Uint8Array => encoder.encode(JSON.stringify(text));
  return { apiVersion, kind, mask, filledIn: { apiVersion: json(apiVersion), kind: json(kind) } };
}

/** Where the strings of an object's names stand, quotes included. */
export interface NamePlaces {
  readonly name: Place | undefined;
  /** absent for cluster-wide kinds */
  readonly namespace: Place | undefined;
}

const topKeys = knownKeys(["apiVersion", "kind", "metadata"]);
const metadataKeys = knownKeys(["managedFields", "annotations", "name", "namespace"]);
const lastApplied = knownKeys(["kubectl.kubernetes.io/last-applied-configuration"]);

/**
 * Writes an object as policies see it (policy-runtime 9): `managedFields` emptied, the annotation with the last applied
 * configuration removed, then the mask; white space gone, all else byte for byte. `apiVersion` and `kind` come first,
 * so that an object from a list and the same from a watch are the same bytes.
 * @param start - where the object begins in `bytes`, which must have been checked
 * @returns where its names stand in `bytes`
 * @throws {KubeError} `KUBE_ANSWER_INVALID` when it is no object with metadata
 */
export function writeStoredObject(
  out: ByteWriter,
  bytes: Uint8Array,
  start: number,
  { filledIn, mask }: StoredForm,
): NamePlaces {
  const openedAt = out.length;
  const member = beforeMembers(start);
  let found: NamePlaces | undefined;
  if (bytes[start] !== OPEN_BRACE) throw nameless();
  writeTypes(out, bytes, start, filledIn);
  while (nextMember(bytes, member)) {
    switch (topKeys.names[keyIndex(topKeys, bytes, member.keyStart, member.keyEnd)]) {
      case "apiVersion":
      case "kind":
        break; // written already
      case "metadata":
        found = writeMetadataMember(out, openedAt, bytes, member);
        break;
      default:
        writeBodyMember(out, openedAt, bytes, member, mask);
    }
  }
  out.byte(CLOSE_BRACE);
  if (found === undefined) throw nameless();
  return found;
}

const beforeApiVersion = encoder.encode('{"apiVersion":');
const beforeKind = encoder.encode(',"kind":');

function writeTypes(
  out: ByteWriter,
  bytes: Uint8Array,
  start: number,
  filledIn: StoredForm["filledIn"],
): void {
  const { apiVersion, kind } = placesOf(bytes, start, topKeys);
  out.write(beforeApiVersion);
  if (apiVersion === undefined) out.write(filledIn.apiVersion);
  else writeCompact(out, bytes, apiVersion.start, apiVersion.end);
  out.write(beforeKind);
  if (kind === undefined) out.write(filledIn.kind);
  else writeCompact(out, bytes, kind.start, kind.end);
}

function writeMetadataMember(
  out: ByteWriter,
  openedAt: number,
  bytes: Uint8Array,
  member: MemberCursor,
): NamePlaces | undefined {
  writeKey(out, openedAt, bytes, member);
  if (bytes[member.valueStart] === OPEN_BRACE) return writeMetadata(out, bytes, member.valueStart);
  writeCompact(out, bytes, member.valueStart, member.valueEnd);
  return undefined;
}

const noFields = encoder.encode("[]");
const noAnnotations = encoder.encode("{}");
const missingFields = encoder.encode('"managedFields":[]');
const missingAnnotations = encoder.encode('"annotations":{}');

function writeMetadata(out: ByteWriter, bytes: Uint8Array, start: number): NamePlaces {
  const openedAt = out.length;
  const member = beforeMembers(start);
  let name: Place | undefined;
  let namespace: Place | undefined;
  let hasFields = false;
  let hasAnnotations = false;
  out.byte(OPEN_BRACE);
  while (nextMember(bytes, member)) {
    switch (metadataKeys.names[keyIndex(metadataKeys, bytes, member.keyStart, member.keyEnd)]) {
      case "managedFields":
        hasFields = true;
        writeKey(out, openedAt, bytes, member);
        out.write(noFields);
        continue;
      case "annotations":
        hasAnnotations = true;
        writeKey(out, openedAt, bytes, member);
        writeAnnotations(out, bytes, member.valueStart);
        continue;
      case "name":
        name = { start: member.valueStart, end: member.valueEnd };
        break;
      case "namespace":
        namespace = { start: member.valueStart, end: member.valueEnd };
        break;
    }
    writeMember(out, openedAt, bytes, member);
  }
  if (!hasAnnotations) writeMissing(out, openedAt, missingAnnotations);
  if (!hasFields) writeMissing(out, openedAt, missingFields);
  out.byte(CLOSE_BRACE);
  return { namespace, name };
}

function writeMissing(out: ByteWriter, openedAt: number, member: Uint8Array): void {
  writeComma(out, openedAt);
  out.write(member);
}

function writeAnnotations(out: ByteWriter, bytes: Uint8Array, start: number): void {
  if (bytes[start] !== OPEN_BRACE) return out.write(noAnnotations); // null
  const openedAt = out.length;
  const member = beforeMembers(start);
  out.byte(OPEN_BRACE);
  while (nextMember(bytes, member)) {
    if (keyIndex(lastApplied, bytes, member.keyStart, member.keyEnd) < 0)
      writeMember(out, openedAt, bytes, member);
  }
  out.byte(CLOSE_BRACE);
}

/** Where the names of the object that begins at `start` stand. */
export function findNames(bytes: Uint8Array, start: number): NamePlaces {
  const { metadata } = placesOf(bytes, start, topKeys);
  const { name, namespace } = metadata === undefined ? {} : placesOf(bytes, metadata.start, metadataKeys);
  return { name, namespace };
}

/** The error for an object that has no name. */
export function nameless(): KubeError {
  return new KubeError("the API server sent an object without a name", { code: "KUBE_ANSWER_INVALID" });
}

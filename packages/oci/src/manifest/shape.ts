import { isLosslessNumber, type LosslessObject, type LosslessValue } from "@kubewarden-ts/protocol";
import { invalidDocument } from "./strict-json.ts";

/**
 * Brings a part of a manifest into its normal form: known fields in their order, nothing else.
 * @param path - where the part stands, for errors
 * @throws {OciError} `OCI_MANIFEST_INVALID` naming the field, what was expected and what is there
 */
export type Shape = (value: LosslessValue, path: string) => LosslessValue;

/** A field of an object; `null` counts as absent. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
}

export function required(name: string, shape: Shape): Field {
  return { name, shape, required: true };
}

export function optional(name: string, shape: Shape): Field {
  return { name, shape, required: false };
}

export const text: Shape = (value, path) => {
  if (typeof value === "string") return value;
  throw unexpected("a string", value, path);
};

/** A number of bytes, with its digits as they came. */
export const size: Shape = (value, path) => {
  if (value !== null && isLosslessNumber(value) && /^\d{1,19}$/.test(value.text)) return value;
  throw unexpected("a number of bytes", value, path);
};

/** A number that was looked at before. */
export const number: Shape = (value, path) => {
  if (value !== null && isLosslessNumber(value)) return value;
  throw unexpected("a number", value, path);
};

export function listOf(shape: Shape): Shape {
  return (value, path) => {
    if (Array.isArray(value)) return value.map((item, index) => shape(item, `${path}[${index}]`));
    throw unexpected("a list", value, path);
  };
}

/** An object with any keys, in the order they came. */
export function mapOf(shape: Shape): Shape {
  return (value, path) => {
    if (!(value instanceof Map)) throw unexpected("an object", value, path);
    return new Map(Array.from(value, ([key, item]) => [key, shape(item, `${path}.${key.slice(0, 100)}`)]));
  };
}

export function objectOf(
  ...fields: readonly Field[]
): (value: LosslessValue, path: string) => LosslessObject {
  return (value, path) => {
    if (!(value instanceof Map)) throw unexpected("an object", value, path);
    const members: LosslessObject = new Map();
    for (const { name, shape, required } of fields) {
      const member = value.get(name) ?? null;
      const memberPath = path === "" ? name : `${path}.${name}`;
      if (member !== null) members.set(name, shape(member, memberPath));
      else if (required) throw unexpected("a value", value.has(name) ? null : undefined, memberPath);
    }
    return members;
  };
}

function unexpected(expected: string, received: LosslessValue | undefined, path: string): Error {
  const where = path === "" ? "the document" : path;
  return invalidDocument("manifest", `${where}: expected ${expected}, received ${nameOf(received)}`);
}

function nameOf(value: LosslessValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return "a string";
  if (Array.isArray(value)) return "a list";
  return value instanceof Map ? "an object" : value.text.slice(0, 30);
}

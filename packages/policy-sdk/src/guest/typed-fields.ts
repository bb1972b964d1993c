import { RawNumber } from "./lossless-json.ts";
import { UnreadableObjectError } from "./pod-spec.ts";
import { typeName } from "./settings.ts";

/**
 * A JSON object somewhere inside an object of a request: its fields as a reference, so that editing them edits the
 * object, and the path it stands at. The functions of this file read a field by name: one that is absent or null is
 * `undefined`, and so is every field of `undefined`; one of another type is an error that names path and types.
 */
export interface Part {
  readonly path: string;
  readonly fields: Record<string, unknown>;
}

/**
 * The value as a part.
 * @param path - how the place is called in errors; the fields of a root without path are called by their name alone
 * @throws {UnreadableObjectError} when the value is something else than an object, null or undefined
 */
export function partOf(value: unknown, path = ""): Part | undefined {
  if (value == null) return undefined;
  if (!isObject(value)) throw wrongType(path === "" ? "object" : path, "object", value);
  return { path, fields: value };
}

/** @throws {UnreadableObjectError} when the field is something else */
export function partIn(part: Part | undefined, name: string): Part | undefined {
  return part && partOf(part.fields[name], pathOf(part, name));
}

/** A list of objects; empty when there is none. @throws {UnreadableObjectError} when it is anything else */
export function partsIn(part: Part | undefined, name: string): Part[] {
  return listIn(part, name).map((item, index) => {
    const path = `${pathOf(part, name)}[${index}]`;
    const found = partOf(item, path);
    if (found === undefined) throw wrongType(path, "object", item);
    return found;
  });
}

/** A list of anything; empty when there is none. @throws {UnreadableObjectError} when it is no list */
export function listIn(part: Part | undefined, name: string): readonly unknown[] {
  const value = part?.fields[name] ?? [];
  if (!Array.isArray(value)) throw wrongType(pathOf(part, name), "array", value);
  return value;
}

/** A list of strings; empty when there is none. @throws {UnreadableObjectError} when it is anything else */
export function stringsIn(part: Part | undefined, name: string): string[] {
  return listIn(part, name).map((item, index) => {
    if (typeof item === "string") return item;
    throw wrongType(`${pathOf(part, name)}[${index}]`, "string", item);
  });
}

/** @throws {UnreadableObjectError} when the field is something else */
export function stringIn(part: Part | undefined, name: string): string | undefined {
  const value = part?.fields[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(pathOf(part, name), "string", value);
}

/** @throws {UnreadableObjectError} when the field is something else */
export function booleanIn(part: Part | undefined, name: string): boolean | undefined {
  const value = part?.fields[name] ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  throw wrongType(pathOf(part, name), "boolean", value);
}

/**
 * An integer; one above 2^53 is the nearest number.
 * @throws {UnreadableObjectError} when the field is something else, such as 1.5
 */
export function integerIn(part: Part | undefined, name: string): number | undefined {
  const value = part?.fields[name] ?? undefined;
  return value === undefined ? undefined : integerOf(value, pathOf(part, name));
}

/** A list of integers; empty when there is none. @throws {UnreadableObjectError} when it is anything else */
export function integersIn(part: Part | undefined, name: string): number[] {
  return listIn(part, name).map((item, index) => integerOf(item, `${pathOf(part, name)}[${index}]`));
}

function integerOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  if (value instanceof RawNumber && /^-?\d+$/.test(value.text)) return Number(value.text);
  throw wrongType(path, "integer", value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RawNumber)
  );
}

function pathOf(part: Part | undefined, name: string): string {
  return part === undefined || part.path === "" ? name : `${part.path}.${name}`;
}

function wrongType(path: string, expected: string, value: unknown): UnreadableObjectError {
  const received = value instanceof RawNumber ? "number" : typeName(value);
  return new UnreadableObjectError(`${path}: expected ${expected}, got ${received}`);
}

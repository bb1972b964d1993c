import { formatGoUrl, type GoUrl, parseGoUrl } from "../../core/go/url.ts";
import { BuiltinError } from "../../errors.ts";
import { resolveGoUrl } from "../go/url-resolve.ts";
import { isJsonObject, type Json } from "./json-document.ts";

/** A URI reference, maybe with a JSON Pointer as its fragment. */
export interface SchemaReference {
  readonly url: GoUrl;
  /** As it is written when it is looked up. */
  readonly text: string;
}

/** `undefined` for what is no URI reference. */
export function parseReference(text: string): SchemaReference | undefined {
  const url = parseGoUrl(text);
  return url && { url, text: textOf(formatGoUrl(url)) };
}

/** @throws {BuiltinError} */
export function referenceOf(text: string): SchemaReference {
  const reference = parseReference(text);
  if (reference === undefined) {
    const [escaped] = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(text) ?? [];
    const problem = escaped === undefined ? "invalid URI reference" : `invalid URL escape "${escaped}"`;
    throw new BuiltinError(`parse ${JSON.stringify(text)}: ${problem}`);
  }
  return reference;
}

/** What a reference stands for inside of a base; the fragment of the base does not count. */
export function resolveReference(base: SchemaReference, text: string): SchemaReference | undefined {
  const reference = parseReference(text);
  if (reference === undefined) return undefined;
  const resolved = resolveGoUrl({ ...base.url, fragment: "" }, reference.url);
  return parseReference(textOf(formatGoUrl(resolved)));
}

/** The reference to the whole document. */
export function withoutFragment({ url }: SchemaReference): SchemaReference {
  const whole = { ...url, fragment: "" };
  return { url: whole, text: textOf(formatGoUrl(whole)) };
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}

/** Whether a reference says by itself where to find the document. */
export function isCanonical({ url }: SchemaReference): boolean {
  return url.scheme === "file" ? url.path.startsWith("/") : url.scheme !== "" && url.host !== "";
}

/**
 * The part of a document that the fragment of a reference names; all of it when the fragment is no JSON Pointer (RFC 6901).
 * @throws {BuiltinError} when there is no such part
 */
export function lookUp(document: Json, { url }: SchemaReference): Json {
  const pointer = textOf(url.fragment);
  if (!pointer.startsWith("/")) return document;
  return pointer.slice(1).split("/").reduce(step, document);
}

function step(node: Json, token: string): Json {
  if (isJsonObject(node)) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const member = node.get(key);
    if (member === undefined) throw new BuiltinError(`Object has no key '${key}'`);
    return member;
  }
  if (!Array.isArray(node)) throw new BuiltinError(`Invalid token reference '${token}'`);
  if (!/^[+-]?\d{1,19}$/.test(token)) throw new BuiltinError(`Invalid array index '${token}'`);
  const item = node[Number(token)];
  if (item === undefined) {
    throw new BuiltinError(`Out of bound array[0,${node.length}] index '${Number(token)}'`);
  }
  return item;
}

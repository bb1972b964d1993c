import { BuiltinError } from "../../errors.ts";
import { isArray, isNumber, isObject, objectOf, type RegoValue } from "../value.ts";

/** Characters that no document of YAML may have as they are. */
export const forbiddenInYaml =
  /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Bytes of a key up to its colon, quotes and escapes included, when JSON is read as YAML. */
const maxKeyBytes = 1024;

/**
 * What becomes of JSON that is read as YAML, which OPA does before it writes any: the next line (U+0085) folds texts.
 * @throws {BuiltinError} for characters that YAML does not have, and for long keys
 */
export function jsonReadAsYaml(value: RegoValue): RegoValue {
  if (typeof value === "string") return foldedText(value);
  if (value === null || typeof value !== "object" || isNumber(value)) return value;
  if (isArray(value)) return value.map(jsonReadAsYaml);
  if (!isObject(value)) return value;
  return objectOf(
    value.entries.map(([key, member]) => [foldedKey(String(key)), jsonReadAsYaml(member)] as const),
  );
}

function foldedKey(key: string): string {
  if (key.includes("\x85") || new TextEncoder().encode(JSON.stringify(key)).length > maxKeyBytes) {
    throw new BuiltinError("yaml: could not find expected ':'");
  }
  return foldedText(key);
}

function foldedText(text: string): string {
  // JSON escapes the control characters of ASCII, but for the last.
  if (forbiddenInYaml.test(text.replaceAll(/[\0-\x1f]/g, ""))) {
    throw new BuiltinError("yaml: control characters are not allowed");
  }
  return text.replaceAll(/ *\x85(?: *\x85)* */g, (all) => {
    const breaks = all.replaceAll(" ", "").length;
    return breaks === 1 ? " " : "\n".repeat(breaks - 1);
  });
}

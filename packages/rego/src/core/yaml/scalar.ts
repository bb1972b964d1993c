import type { Scalar } from "yaml";
import { BuiltinError } from "../../errors.ts";
import { formatGoFloat } from "../go/format-float.ts";
import { decodeGoText } from "../go/text.ts";
import { type ResolvedScalar, resolveScalar } from "./resolve.ts";

/** What a scalar of a document stands for. */
export type YamlScalar = ResolvedScalar;

const tagPrefix = "tag:yaml.org,2002:";

/** @throws {BuiltinError} where the tag asks for another type */
export function scalarOf({ value, type, tag = "" }: Scalar): YamlScalar {
  const text = typeof value === "string" ? value : "";
  const isPlain = type === "PLAIN" || type === undefined;
  if (tag === "" || tag === "!") return isPlain ? untagged(resolveScalar(text), text) : textScalar(text);
  switch (tag) {
    case `${tagPrefix}binary`:
      return textScalar(decodeBinary(text));
    case `${tagPrefix}bool`:
    case `${tagPrefix}int`:
    case `${tagPrefix}null`:
    case `${tagPrefix}float`:
    case `${tagPrefix}timestamp`:
      return tagged(resolveScalar(text), `!!${tag.slice(tagPrefix.length)}`);
    default:
      return textScalar(text);
  }
}

/** Points in time are texts. */
function untagged(resolved: ResolvedScalar, text: string): YamlScalar {
  return resolved.tag === "!!timestamp" ? textScalar(text) : resolved;
}

function tagged(resolved: ResolvedScalar, tag: string): YamlScalar {
  if (resolved.tag === tag) return resolved;
  if (tag === "!!float" && resolved.tag === "!!int") return { tag, value: Number(resolved.value) };
  throw new BuiltinError(`yaml: cannot decode ${resolved.tag} as a ${tag}`);
}

function textScalar(value: string): YamlScalar {
  return { tag: "!!str", value };
}

function decodeBinary(text: string): string {
  try {
    return decodeGoText(Uint8Array.fromBase64(text.replaceAll(/[\r\n]/g, "")));
  } catch (error) {
    throw new BuiltinError("yaml: !!binary value contains invalid base64 data", { cause: error });
  }
}

/** The key that a scalar makes in JSON; `undefined` for what cannot be one. */
export function keyText({ value }: YamlScalar): string | undefined {
  if (value === null) return undefined;
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  return shortestSingle(value);
}

/** With the digits that a number of 32 bits takes. */
function shortestSingle(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? ".inf" : "-.inf";
  for (let digits = 1; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return formatGoFloat(short, "g");
  }
  return formatGoFloat(single, "g");
}

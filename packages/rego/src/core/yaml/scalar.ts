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
  if (tag === "" || tag === "!") return isPlain ? resolveScalar(text) : textScalar(text);
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

function tagged(resolved: ResolvedScalar, tag: string): YamlScalar {
  if (resolved.tag === "!!timestamp" && tag === resolved.tag) return textScalar(timeText(resolved.value));
  if (resolved.tag === tag) return resolved;
  if (tag === "!!float" && resolved.tag === "!!int") return { tag, value: Number(resolved.value) };
  throw new BuiltinError(`yaml: cannot decode ${resolved.tag} as a ${tag}`);
}

/** A point in time as Go writes it in JSON. */
function timeText(text: string): string {
  const parts = /^(\d{4})-(\d+)-(\d+)(?:[Tt ](\d+):(\d+):(\d+)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?$/.exec(text);
  const [, year = "", month, day, hour, minute, second, fraction = "", zone = "Z"] = parts ?? [];
  const [m, d, h, min, s] = [month, day, hour, minute, second].map((part = "") => part.padStart(2, "0"));
  const rest = fraction.slice(0, 9).replace(/0+$/, "");
  const offset = /^[-+]00:00$/.test(zone) ? "Z" : zone;
  return `${year}-${m}-${d}T${h}:${min}:${s}${rest === "" ? "" : `.${rest}`}${offset}`;
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

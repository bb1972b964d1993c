import { type LosslessValue, stringifyLossless } from "@kubewarden-ts/protocol";
import type { YamlMap, YamlValue } from "./yaml-value.ts";

/** Settings of a policy (policy-runtime 1.6). Whole numbers are `bigint`, others `number`: `1` is not `1.0`. */
export interface Settings {
  [key: string]: SettingsValue;
}
export type SettingsValue = null | boolean | string | bigint | number | SettingsValue[] | Settings;

/** The settings as a guest gets them: a compact JSON object in UTF-8, every number as it was configured. */
export function settingsToJson(settings: Settings): Uint8Array {
  return new TextEncoder().encode(stringifyLossless(toLossless(settings)));
}

export function settingsFromYaml(map: YamlMap): Settings {
  return Object.fromEntries(Array.from(map, ([key, value]) => [key, fromYaml(value)]));
}

function fromYaml(value: YamlValue): SettingsValue {
  if (Array.isArray(value)) return value.map(fromYaml);
  return value instanceof Map ? settingsFromYaml(value) : value;
}

function toLossless(value: SettingsValue): LosslessValue {
  switch (typeof value) {
    case "bigint":
      return { text: value.toString() };
    case "number":
      return { text: floatText(value) };
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(toLossless);
      return new Map(Object.entries(value).map(([key, member]) => [key, toLossless(member)]));
    default:
      return value;
  }
}

/** JavaScript writes the float `1.0` like the integer `1`; guests may tell them apart. */
function floatText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

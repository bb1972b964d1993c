import { errorText } from "@kubewarden-ts/base";
import type { Settings, SettingsValue } from "@kubewarden-ts/policy-evaluation";
import { isLosslessNumber, type LosslessValue, parseLossless } from "@kubewarden-ts/protocol";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { readUserText } from "../user-file.ts";
import { readYamlDocuments } from "./yaml-documents.ts";

/** Where the settings of a single policy come from; the file wins. */
export interface SettingsSource {
  readonly path: string | undefined;
  readonly json: string | undefined;
}

/**
 * Reads the settings of a policy; none are `{}` (kwctl-and-oci.md 8.1).
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function readSettings({ path, json }: SettingsSource, files: FileSystem): Promise<Settings> {
  if (path !== undefined) {
    const text = await readUserText(files, path, `Cannot open settings file ${path}`);
    return toSettings(reading(`Cannot parse settings file ${path}`, () => readOneDocument(text)));
  }
  if (json === undefined) return {};
  return toSettings(reading("Cannot parse settings JSON", () => fromJson(parseLossless(json))));
}

/** A mapping or nothing. */
export function toSettings(value: SettingsValue | undefined): Settings {
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw invalidInput("Invalid settings in CRD, not an object");
}

function readOneDocument(text: string): SettingsValue | undefined {
  const documents = readYamlDocuments(text);
  if (documents.length > 1) throw new Error("expected one document, received several");
  return documents[0];
}

function fromJson(value: LosslessValue): SettingsValue {
  if (isLosslessNumber(value)) return numberOf(value.text);
  if (Array.isArray(value)) return value.map(fromJson);
  if (!(value instanceof Map)) return value;
  const members = Array.from(value, ([key, member]): [string, SettingsValue] => [key, fromJson(member)]);
  return Object.fromEntries(members);
}

function numberOf(text: string): bigint | number {
  if (/^-?\d+$/.test(text) && text !== "-0") return BigInt(text);
  return Number(text);
}

function reading<T>(context: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw invalidInput(`${context}: ${errorText(error)}`);
  }
}

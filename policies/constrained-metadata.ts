// What the policies safe-labels and safe-annotations share.
import {
  type AdmissionRequest,
  accept,
  reject,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import { type Re2, re2Pattern } from "@kubewarden-ts/policy-sdk/re2";
import * as v from "valibot";
import { type MetadataField, metadataEntries } from "./metadata-entries.ts";

const prefix = "Provided settings are not valid: ";

/** Names that must not be there, must be there, and what the values of some must look like. */
export interface Limits {
  readonly denied: readonly string[];
  readonly mandatory: readonly string[];
  readonly constrained: Readonly<Record<string, Re2>>;
}

/** How the texts of a policy call what it limits. */
export interface Wording {
  readonly field: MetadataField;
  /** What is said of denied ones: `denied` or `not allowed`. */
  readonly denied: string;
}

/** A setting that lists names. */
export const Names = v.nullish(v.array(v.string()), []);

/** A setting of names with patterns. @param setting - its name, for the message */
export function constraints(setting: string) {
  const map = v.pipe(
    v.unknown(),
    v.check((value) => !Array.isArray(value), `${setting}: expected object, got array`),
    v.record(
      v.string(),
      re2Pattern((problem) => `${prefix}${problem}`),
    ),
  );
  return v.nullish(map, {});
}

/** What is wrong with settings: names that are limited in two ways at once. */
export function findConflict(
  { denied, mandatory, constrained }: Limits,
  { field }: Wording,
): string | undefined {
  const problems = [
    listed(
      `These ${field} cannot be constrained and denied at the same time: `,
      denied.filter((name) => Object.hasOwn(constrained, name)),
    ),
    listed(
      `These ${field} cannot be mandatory and denied at the same time: `,
      denied.filter((name) => mandatory.includes(name)),
    ),
  ].filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : `${prefix}${problems.join("; ")}`;
}

/** Compares the labels or annotations of the object itself with the limits. */
export function judgeLimits({ object }: AdmissionRequest, limits: Limits, wording: Wording): Verdict {
  const entries = readEntries(object, wording.field);
  const problems = findProblems(entries ?? [], limits, wording);
  if (problems.length > 0) return reject(problems.join(". "));
  // What cannot be read could hide one that is not allowed.
  const limited = limits.denied.length > 0 || Object.keys(limits.constrained).length > 0;
  if (entries !== undefined || !limited) return accept();
  return reject(`metadata.${wording.field} is not an object`, { code: 400 });
}

function readEntries(
  object: AdmissionRequest["object"],
  field: MetadataField,
): [string, string][] | undefined {
  try {
    return metadataEntries(object, field).map(([name, value]) => [name, valueText(value)]);
  } catch (error) {
    if (error instanceof UnreadableObjectError) return undefined;
    throw error;
  }
}

/** The API server lets only strings through; anything else is matched as it is written. */
function valueText(value: unknown): string {
  return typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
}

function findProblems(
  entries: [string, string][],
  limits: Limits,
  { field, denied: saidOfDenied }: Wording,
): string[] {
  const names = entries.map(([name]) => name);
  const denied = names.filter((name) => limits.denied.includes(name));
  const violating = entries.filter(([name, value]) => {
    if (denied.includes(name) || !Object.hasOwn(limits.constrained, name)) return false;
    return !limits.constrained[name]?.search(value);
  });
  return [
    listed(`The following ${field} are ${saidOfDenied}: `, denied),
    listed(
      `The following ${field} are violating user constraints: `,
      violating.map(([name]) => name),
    ),
    listed(
      `The following mandatory ${field} are missing: `,
      limits.mandatory.filter((name) => !names.includes(name)),
    ),
  ].filter((problem) => problem !== undefined);
}

function listed(text: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${text}${[...new Set(names)].join(",")}`;
}

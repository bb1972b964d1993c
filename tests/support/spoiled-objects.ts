// Objects with places missing, null or of another type, for tests that nothing which decides is passed over.
import type { KubernetesObject, Policy } from "@kubewarden-ts/policy-sdk";
import {
  admissionRequest,
  type FakeHost,
  GuestError,
  type RunOptions,
  run,
} from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import type { GenericSchema } from "valibot";
import { expect } from "vitest";

type Path = readonly (string | number)[];

/** One field that makes an object violate a policy. */
export interface Violation {
  readonly path: Path;
  /** Whether a value there, of which null is none, may be accepted. */
  readonly isHarmless: (value: unknown) => boolean;
}

const missing = Symbol("missing");
const unreadable = Symbol("unreadable");
const replacements = [missing, null, true, false, 1, 1.5, "x", [], {}, [null], ["x"]] as const;

/**
 * Spoils an object in one place, in every way, and in up to three places at random. The policy must answer each time, or
 * fail with a text of its own, and may accept only where a violating field is gone or harmless.
 * @param violations - what has to be there for a rejection, all of it
 */
export function expectNothingPassedOver<Settings extends GenericSchema>(
  policy: Policy<Settings>,
  given: { object: KubernetesObject; violations: Violation[]; settings?: unknown; host?: FakeHost },
): void {
  const { object, violations, settings, host } = given;
  const request = admissionRequest({ object });
  const check = (spoiled: KubernetesObject) => {
    const options = { raw: { ...request, object: spoiled }, settings, ...(host ? { host } : {}) };
    const outcome = answerOf(policy, options);
    const gone = violations.some(({ path, isHarmless }) => {
      const value = valueAt(spoiled, path);
      return value === missing || (value !== unreadable && isHarmless(value));
    });
    if (!gone) expect(outcome, JSON.stringify(spoiled)).toMatchObject({ accepted: false });
  };
  check(object);
  for (const path of pathsIn(object)) for (const value of replacements) check(withValue(object, path, value));
  const spoils = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...replacements)), {
    minLength: 2,
    maxLength: 3,
  });
  fc.assert(fc.property(spoils, (list) => check(list.reduce(spoiledAt, object))));
}

/** A failure that is no defect of the policy is as good as a rejection. */
function answerOf<Settings extends GenericSchema>(policy: Policy<Settings>, options: RunOptions) {
  try {
    return run(policy, options);
  } catch (error) {
    if (!(error instanceof GuestError) || /^\w*Error: /.test(error.message)) throw error;
    return { accepted: false };
  }
}

function spoiledAt(object: KubernetesObject, [place, value]: [number, unknown]): KubernetesObject {
  const paths = pathsIn(object);
  return paths.length === 0 ? object : withValue(object, paths[place % paths.length] ?? [], value);
}

function pathsIn(value: unknown): Path[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key): Path[] => [
    [key],
    ...pathsIn(Reflect.get(value, key)).map((rest) => [key, ...rest]),
  ]);
}

function withValue(object: KubernetesObject, path: Path, value: unknown): KubernetesObject {
  const copy = structuredClone(object);
  const parent: unknown = path.slice(0, -1).reduce((at: unknown, key) => Reflect.get(Object(at), key), copy);
  const key = path.at(-1) ?? "";
  if (value !== missing) Reflect.set(Object(parent), key, structuredClone(value));
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(Object(parent), key);
  return copy;
}

/** An item of a list that is null is no missing one, nor is a field of what cannot have fields. */
function valueAt(root: unknown, path: Path): unknown {
  let current = root;
  for (const key of path) {
    const fits = typeof key === "number" ? Array.isArray(current) : isFields(current);
    if (!fits) return unreadable;
    const next: unknown = Reflect.get(Object(current), key);
    if (next === undefined || (next === null && typeof key === "string")) return missing;
    current = next;
  }
  return current;
}

function isFields(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

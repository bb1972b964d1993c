import { admittedKinds } from "../routes.ts";
import { validateObject } from "../validate-object.ts";
import type { RefusalStatus, Verdict } from "../verdict.ts";
import { fakeLookUp } from "./fake-look-up.ts";

/** What validation says of a new object, or of what became of an old one. */
export function validated(
  object: Record<string, unknown>,
  {
    old,
    lookUp = fakeLookUp(),
  }: { old?: Record<string, unknown>; lookUp?: ReturnType<typeof fakeLookUp> } = {},
): Promise<Verdict> {
  const type = admittedKinds.find(({ kind }) => kind === object["kind"]);
  if (type === undefined) throw new Error(`no such kind: ${object["kind"]}`);
  const operation = old === undefined ? "CREATE" : "UPDATE";
  return validateObject(type, { uid: "u", operation, object, oldObject: old }, lookUp);
}

/** The messages of a refusal, one for each mistake; none when the object is admitted. */
export async function mistakes(...args: Parameters<typeof validated>): Promise<string[]> {
  const verdict = await validated(...args);
  if (verdict.allowed) return [];
  return (
    verdict.status.details?.causes.map(({ field, message }) => `${field}: ${message}`) ?? [message(verdict)]
  );
}

function message({ status }: { status: RefusalStatus }): string {
  return status.message;
}

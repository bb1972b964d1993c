import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { type FieldError, forbidden } from "../field-error.ts";

/** Of what was stored before, which may be older than our schema. */
const Before = v.pipe(
  JsonObject,
  v.object({
    spec: v.optional(
      v.pipe(JsonObject, v.object({ policyServer: v.optional(v.unknown()), mode: v.optional(v.unknown()) })),
      {},
    ),
  }),
);

/**
 * Changes that no policy may go through (controller.md 2.3).
 * @param old - the object as it was stored
 */
export function policyChangeErrors(
  { policyServer, mode }: { readonly policyServer: string; readonly mode: string },
  old: unknown,
): FieldError[] {
  const { spec } = v.parse(Before, old);
  const before = { policyServer: spec.policyServer || "default", mode: spec.mode ?? "protect" };
  return [
    ...(before.policyServer === policyServer
      ? []
      : [forbidden("spec.policyServer", "the field is immutable")]),
    ...(before.mode === "protect" && mode === "monitor"
      ? [forbidden("spec.mode", "field cannot transition from protect to monitor. Recreate instead.")]
      : []),
  ];
}

import { finalizer } from "@kubewarden-ts/api/policies";
import { JsonObject, type PatchOperation } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { AdmittedKind } from "./routes.ts";

/**
 * As far as defaults depend on it. The rest may be anything: the API server checks its schema after this, and says better
 * what is wrong.
 */
const Defaulted = v.object({
  metadata: v.pipe(
    JsonObject,
    v.object({
      finalizers: v.nullish(v.array(v.string()), []),
      deletionTimestamp: v.nullish(v.string()),
    }),
  ),
  spec: v.optional(v.unknown()),
});
const Spec = v.pipe(JsonObject, v.object({ policyServer: v.nullish(v.string(), "") }));

/**
 * What defaulting changes in an object (controller.md 2.2): the policy server of a policy that names none, and the
 * finalizer, but for an object that is being deleted. Nothing else is touched.
 * @returns `undefined` when the object cannot be read
 */
export function defaultingPatch(
  { kind }: Pick<AdmittedKind, "kind">,
  object: unknown,
  operation: "CREATE" | "UPDATE",
): PatchOperation[] | undefined {
  const result = v.safeParse(Defaulted, object);
  if (!result.success) return undefined;
  const { metadata, spec } = result.output;
  // a new object only says so: the API server takes it away
  const isDeleted = operation === "UPDATE" && typeof metadata.deletionTimestamp === "string";
  if (isDeleted) return [];
  return [...(kind === "PolicyServer" ? [] : defaultServer(spec)), ...ownFinalizer(metadata.finalizers)];
}

function defaultServer(spec: unknown): PatchOperation[] {
  const result = v.safeParse(Spec, spec);
  if (!result.success || result.output.policyServer !== "") return [];
  return [{ op: "add", path: "/spec/policyServer", value: "default" }];
}

function ownFinalizer(finalizers: readonly string[]): PatchOperation[] {
  if (finalizers.length === 0) {
    return [{ op: "add", path: "/metadata/finalizers", value: [finalizer] }];
  }
  if (finalizers.includes(finalizer)) return [];
  return [{ op: "add", path: "/metadata/finalizers/-", value: finalizer }];
}

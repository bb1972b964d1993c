import { defineResource, type KubernetesObject } from "@kubewarden-ts/api";
import { type NamedPolicy, policyKinds, uniqueName } from "@kubewarden-ts/api/policies";
import { errorText, mapConcurrent } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import { namesOfUniqueName } from "../../policy/policies-of-unique-name.ts";
import type { PolicyName } from "../../policy/policy-key.ts";
import { type FieldError, invalid, notChecked } from "../field-error.ts";
import type { ClusterLookUp } from "./findings.ts";

const field = "metadata.name";
const atOnce = 8;
/** Of a webhook configuration's name; its webhook adds `.kubewarden.admission`. */
const maxLength = 253 - ".kubewarden.admission".length;

/** The kinds without their specs: what lies there need not be readable to be in the way. */
const namesOnly = new Map(
  policyKinds.map(({ apiVersion, kind, plural, namespaced }) => [
    kind,
    defineResource({ apiVersion, kind, plural, namespaced }, {}),
  ]),
);

/**
 * Whether a new policy can have the unique name that follows from its own: not when another policy has it, whose entry
 * and webhook it would take over (controller.md 14). The API server is asked, not the view: of two policies in one file
 * the view may not have the first yet.
 */
export async function uniqueNameErrors(policy: NamedPolicy, lookUp: ClusterLookUp): Promise<FieldError[]> {
  const { name } = policy.metadata;
  const unique = uniqueName(policy);
  if (unique.length > maxLength) {
    const detail = `the unique name made of it, "${unique}", cannot be longer than ${maxLength} characters`;
    return [invalid(field, name, detail)];
  }
  try {
    const others = namesOfUniqueName(unique).filter((other) => isPossible(other) && !isSame(other, policy));
    const found = await mapConcurrent(others, atOnce, (other) => look(other, lookUp));
    const rival = found.find((object) => object !== undefined);
    return rival === undefined ? [] : [invalid(field, name, taken(unique, rival))];
  } catch (error) {
    return [
      notChecked(field, `cannot look whether another policy is called "${unique}": ${errorText(error)}`),
    ];
  }
}

function taken(unique: string, { kind, metadata: { name, namespace } }: KubernetesObject): string {
  const where = namespace === undefined ? "" : ` in namespace "${namespace}"`;
  return `its unique name "${unique}" is that of ${kind} "${name}"${where} already: choose another name`;
}

async function look(
  { kind, ...name }: PolicyName,
  { objects, signal }: ClusterLookUp,
): Promise<KubernetesObject | undefined> {
  const type = namesOnly.get(kind);
  if (type === undefined) return undefined;
  try {
    return await objects.get(type, name, { signal });
  } catch (error) {
    // the API server has no objects of this kind at all
    if (isKubeError(error, "KUBE_RESOURCE_UNKNOWN")) return undefined;
    throw error;
  }
}

/** A hyphen at an end is in no namespace's name, and in no object's. */
function isPossible({ name, namespace }: PolicyName): boolean {
  const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
  const subdomain = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
  return (
    subdomain.test(name) && (namespace === undefined || (label.test(namespace) && namespace.length <= 63))
  );
}

function isSame({ kind, name, namespace }: PolicyName, { kind: own, metadata }: NamedPolicy): boolean {
  return kind === own && name === metadata.name && namespace === metadata.namespace;
}

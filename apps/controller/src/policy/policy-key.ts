import { type NamedPolicy, type Policy, type PolicyKind, policyKinds } from "@kubewarden-ts/api/policies";
import type { ObjectName } from "@kubewarden-ts/kube";
import type { ClusterView } from "../cluster-view.ts";

/** Which policy: the key that waits in a queue. */
export interface PolicyName extends ObjectName {
  readonly kind: PolicyKind;
}

/** `<kind>/<name>`, `<kind>/<namespace>/<name>`. */
export function policyKey({ kind, metadata: { name, namespace } }: NamedPolicy): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** Reads what {@link policyKey} wrote. @throws {RangeError} for anything else */
export function readPolicyKey(key: string): PolicyName {
  const [kindText, ...place] = key.split("/");
  const kind = policyKinds.find((each) => each.kind === kindText)?.kind;
  const name = place.at(-1);
  if (kind === undefined || name === undefined || place.length > 2) {
    throw new RangeError(
      `${JSON.stringify(key)} is no key of a policy: expected <kind>/[<namespace>/]<name>`,
    );
  }
  return place.length === 1 ? { kind, name } : { kind, name, namespace: place[0] };
}

export function policyOf(view: ClusterView, { kind, ...name }: PolicyName): Policy | undefined {
  return view.policies[kind].get(name);
}

/** Policies of all kinds. */
export function allPolicies(view: ClusterView): Policy[] {
  return policyKinds.flatMap(({ kind }): readonly Policy[] => view.policies[kind].list());
}

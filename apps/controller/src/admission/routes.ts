import {
  type Policy,
  type PolicyServer,
  policiesGroup,
  policyKinds,
  policyServers,
} from "@kubewarden-ts/api/policies";

/** The kinds that are defaulted and validated. */
export const admittedKinds = [policyServers, ...policyKinds] as const;
export type AdmittedKind = (typeof admittedKinds)[number];
export type AdmittedObject = Policy | PolicyServer;

/** One of the ten webhooks (controller.md 2.1). */
export interface AdmissionRoute {
  readonly step: "mutate" | "validate";
  readonly type: AdmittedKind;
}

const routes: ReadonlyMap<string, AdmissionRoute> = new Map(
  admittedKinds.flatMap((type) =>
    (["mutate", "validate"] as const).map((step) => [pathOf(step, type.kind), { step, type }]),
  ),
);

/**
 * The webhook at a path.
 * @param target - of the request, with its query: the API server tells its patience there
 */
export function admissionRoute(target: string): AdmissionRoute | undefined {
  const [path = ""] = target.split("?", 1);
  return routes.get(path);
}

function pathOf(step: AdmissionRoute["step"], kind: string): string {
  return `/${step}-${policiesGroup.replaceAll(".", "-")}-v1-${kind.toLowerCase()}`;
}

import * as v from "valibot";
import { shortText } from "./short-text.ts";

/** What a replica of the policy server says of the policies it runs. */
export type ReplicaReport =
  /** it has not been asked yet, or its answer is awaited */
  | { readonly kind: "awaited" }
  /** it cannot say: upstream's image, or something between it and us */
  | { readonly kind: "untold"; readonly problem: string }
  | ToldReport;

export interface ToldReport {
  readonly kind: "told";
  /** by unique name */
  readonly policies: ReadonlyMap<string, ReportedPolicy>;
  /** `sha256:` and hex digits of the policies file that is in place, where it says so */
  readonly policiesDigest: string | undefined;
}

export interface ReportedPolicy {
  /** `active`, `outdated`, `failed`: see the answer of `GET /policies` in the reference of the policy server */
  readonly state: string;
  readonly revision: string | undefined;
  /** one line */
  readonly error: string | undefined;
}

const Reported = v.object({
  id: v.string(),
  state: v.string(),
  revision: v.exactOptional(v.string()),
  errors: v.exactOptional(v.array(v.string()), []),
});
const Report = v.object({
  policies: v.array(Reported),
  policiesDigest: v.exactOptional(v.string()),
});

/** Reads the answer of `GET /policies`. @returns `undefined` when it is none */
export function readReplicaReport(body: string): ToldReport | undefined {
  const read = v.safeParse(Report, parsed(body));
  if (!read.success) return undefined;
  const policies = read.output.policies.map(({ id, state, revision, errors }): [string, ReportedPolicy] => {
    const error = errors.length === 0 ? undefined : shortText(errors.join("; "));
    return [id, { state: shortText(state), revision: revision && shortText(revision), error }];
  });
  return { kind: "told", policies: new Map(policies), policiesDigest: read.output.policiesDigest };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

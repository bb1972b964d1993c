import { type PolicyKind, policiesApiVersion, uniqueName } from "@kubewarden-ts/api/policies";
import type { AppliedManifest } from "../../tools/cluster/manifests.ts";
import { type AuditedKind, kindPlaces } from "./audited-kinds.ts";

/** The value of {@link judgeLabel} on a namespace in which all policies judge that are {@link PolicyRow.shared}. */
export const allJudges = "all";
/**
 * On a namespace: which policy judges what is in it. On a Namespace of no content, and on objects that a policy finds in any
 * namespace: which policy judges themselves.
 */
export const judgeLabel = "example.com/judge";

export type Operation = "CREATE" | "UPDATE";

/** What a policy is like; both verdicts have to be frequent in each. */
export type PolicyClass =
  | "plain"
  | "mutating"
  | "group"
  | "namespaced"
  | "update"
  | "wildcard"
  | "selector"
  | "version";

/** A policy of a cluster that is audited, in protect mode. */
export interface AuditedPolicy {
  readonly name: string;
  /** its id at the policy server, and the beginning of its webhook's name */
  readonly uniqueName: string;
  readonly row: PolicyRow;
  /** folders of `policies/` that it needs */
  readonly modules: readonly string[];
  /** under which it judges */
  readonly operations: readonly Operation[];
  /** the namespace in which nobody else judges */
  readonly namespace: string;
  /** @param modulesFolder - of `<module>.wasm` */
  manifest(modulesFolder: string): AppliedManifest;
}

interface Member {
  readonly module: string;
  readonly settings?: object;
}

interface RuleOfResources {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly scope?: "Namespaced";
}

/** What tells a policy from others. */
export interface PolicyRow {
  readonly class: PolicyClass;
  /** that its rules are about */
  readonly kinds: readonly AuditedKind[];
  /** or, of a group, its members, and an expression of them */
  readonly module:
    | string
    | { readonly members: Readonly<Record<string, Member>>; readonly expression: string };
  readonly settings?: object;
  readonly mutating?: boolean;
  /** of its rules; CREATE without */
  readonly operations?: readonly [Operation | "*", ...Operation[]];
  /** in place of a rule for each kind; without operations */
  readonly rules?: readonly RuleOfResources[];
  /** the version in which the API server is sent its objects; that of {@link kindPlaces} without */
  readonly comesAs?: string;
  /** further members of its spec */
  readonly spec?: object;
  /** whether its `objectSelector` selects an object with these labels; all without */
  readonly selects?: (labels: Readonly<Record<string, string>>) => boolean;
  /** it lies in the namespace where it judges; it judges in the whole cluster, what has its name as label */
  readonly judges?: "its-namespace" | "everywhere";
  /** it judges with others too, where all do */
  readonly shared?: true;
  /** it tells the request: what the API server sends is not what the scanner sends, but for the objects */
  readonly tellsRequest?: true;
}

/** What is compared are verdicts, also where a busy machine takes long for them. */
const timeoutSeconds = 30;
const timeoutEvalSeconds = 20;

export function auditedPolicy(name: string, row: PolicyRow): AuditedPolicy {
  const namespace = `judged-by-${name}`;
  const kind = policyKind(row);
  const metadata = { name, ...(row.judges === "its-namespace" && { namespace }) };
  const { operations = ["CREATE"], module } = row;
  return {
    ...{ name, row, namespace, uniqueName: uniqueName({ kind, metadata }) },
    modules: typeof module === "string" ? [module] : Object.values(module.members).map((each) => each.module),
    operations: (["CREATE", "UPDATE"] as const).filter(
      (operation) => operations.includes(operation) || operations.includes("*"),
    ),
    manifest: (folder) => ({
      ...{ apiVersion: policiesApiVersion, kind, metadata },
      spec: {
        ...judgement(row, folder),
        ...{ timeoutSeconds, rules: rulesOf(row) },
        ...whereJudging(name, row),
        ...row.spec,
      },
    }),
  };
}

/** The API server tells a group's own message, and the report those of its members. */
export function tellsOwnMessage({ module, tellsRequest }: PolicyRow): boolean {
  return typeof module === "string" && tellsRequest === undefined;
}

function policyKind({ module, judges }: PolicyRow): PolicyKind {
  const scope = judges === "its-namespace" ? "" : "Cluster";
  return typeof module === "string" ? `${scope}AdmissionPolicy` : `${scope}AdmissionPolicyGroup`;
}

function judgement({ module, settings = {}, mutating = false }: PolicyRow, folder: string): object {
  const located = (name: string): string => `file://${folder}/${name}.wasm`;
  if (typeof module === "string") return { module: located(module), mutating, settings, timeoutEvalSeconds };
  const members = Object.entries(module.members);
  const policies = members.map(([name, member]) => [name, { ...member, module: located(member.module) }]);
  const { expression } = module;
  return { policies: Object.fromEntries(policies), expression, message: "the group says no" };
}

function rulesOf({
  kinds,
  rules = kinds.map(ruleOf),
  operations = ["CREATE"],
}: PolicyRow): readonly object[] {
  return rules.map((rule) => ({ ...rule, operations }));
}

function ruleOf(kind: AuditedKind): RuleOfResources {
  const { group, version, plural } = kindPlaces[kind];
  return { apiGroups: [group], apiVersions: [version], resources: [plural] };
}

function whereJudging(name: string, { judges, shared }: PolicyRow): object {
  if (judges === "its-namespace") return {};
  if (judges === "everywhere") return { objectSelector: { matchLabels: { [judgeLabel]: name } } };
  const values = shared ? [name, allJudges] : [name];
  return { namespaceSelector: { matchExpressions: [{ key: judgeLabel, operator: "In", values }] } };
}

import type {
  AdmissionResponse,
  ContextAwareResource,
  ExecutionMode,
  RequestFacts,
  RequestProblem,
} from "@kubewarden-ts/protocol";
import type { InspectedRequest } from "../inspect-request.ts";
import type { EvaluationRead } from "./evaluation-reads.ts";

/** What a worker knows of a policy, besides its module. */
export interface PolicyContext {
  readonly policyId: string;
  readonly mode: ExecutionMode;
  /** The settings as the JSON text the guest gets. */
  readonly settings: Uint8Array;
  readonly hostCapabilities: readonly string[];
  readonly contextAwareResources: readonly ContextAwareResource[];
  /** Of a namespace's own: it reads nothing of the cluster, whatever else is written about it. */
  readonly namespaced: boolean;
  /** Requests for this namespace are accepted without asking the policy. */
  readonly alwaysAcceptNamespace?: string | undefined;
  /** Whether answers come with what metrics and traces tell of them. */
  readonly observed?: boolean | undefined;
}

/**
 * What a worker can be asked: `inspect` and `inspect-raw` read a request without asking a policy, `audit` is `validate`
 * with what was read, the others are named after the guest operation they end in.
 */
export type WorkerAction = InspectAction | "validate" | "audit" | "validate-raw" | "validate-settings";

export type InspectAction = "inspect" | "inspect-raw";

/** There when the policy is observed. */
export interface ObservedFacts {
  readonly facts?: RequestFacts | undefined;
  /** Capabilities that the policy asked for in vain since its last answer. */
  readonly denied?: readonly string[];
}

export type WorkerAnswer =
  | RequestProblem
  | InspectedRequest
  /** `reads` is there when the action was `audit`. */
  | ({ kind: "response"; response: AdmissionResponse; reads?: readonly EvaluationRead[] } & ObservedFacts)
  /** `undefined` when the policy accepts its settings. */
  | { kind: "settings"; problem: string | undefined };

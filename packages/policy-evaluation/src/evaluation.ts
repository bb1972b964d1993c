import type { Logger } from "@kubewarden-ts/base";
import type { RunUsage } from "@kubewarden-ts/policy-runtime/node";
import { type AdmissionResponse, acceptance, rejection } from "@kubewarden-ts/protocol";
import { applyConstraints, type ResponseConstraints } from "./constraints.ts";
import type { PolicyFailure } from "./errors.ts";
import {
  type Generation,
  isFailure,
  type LoadedGroup,
  type LoadedPolicy,
  memberFailures,
  type Runnable,
} from "./generation.ts";
import { evaluateGroup } from "./group-response.ts";
import { type InspectedRequest, type InspectionDeps, inspectRequest } from "./inspect-request.ts";
import { logMonitored } from "./monitor-log.ts";
import { type Observation, type ObservedAnswer, type ObservedRun, watchRun } from "./observation.ts";
import { formatPolicyId, type PolicyId, parsePolicyId } from "./policy-id.ts";
import { unjudged } from "./unjudged-response.ts";
import { totalUsage } from "./usage.ts";
import type { EvaluationRead } from "./worker/evaluation-reads.ts";
import type { WorkerAction, WorkerAnswer } from "./worker/worker-answer.ts";

/** Who asks: the API server, or a scan of what is already in the cluster, which wants the policy's own verdict. */
export type Origin = "validate" | "audit";

/** How a request ended. Every decision of a policy is a `response`, a rejection and a time-out as well. */
export type Evaluation =
  | ({ kind: "response"; response: AdmissionResponse } & EvaluationFacts)
  | { kind: "unknown-policy" }
  | { kind: "invalid-policy-id" }
  /** The body holds no request; `message` is the complete text for the client. */
  | { kind: "malformed"; status: 400 | 422; message: string }
  /** No verdict could be had: the caller decides by its failure policy. */
  | { kind: "failed"; error: Error };

/** What is known besides the response; of a group it is that of all members together. */
export interface EvaluationFacts {
  /** There when a guest was asked. */
  readonly usage?: RunUsage | undefined;
  /** There when a guest was asked and it was to be noted; each read once. */
  readonly reads?: readonly EvaluationRead[] | undefined;
  /** There when evaluations are observed, but for what no policy was asked about. */
  readonly observation?: Observation | undefined;
}

export interface EvaluationRequest {
  readonly policyId: string;
  readonly origin: Origin;
  /** Whether the request is an AdmissionReview, or a `request` of any shape. */
  readonly form: "review" | "raw";
  readonly body: Uint8Array;
  /** How long the caller waits, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Note what the policy reads: of an AdmissionReview. */
  readonly noteReads?: boolean;
  /** Takes the lines about this evaluation in place of the evaluator's; made when there is one. */
  readonly log?: (() => Logger) | undefined;
}

export interface EvaluationDeps extends InspectionDeps {
  readonly generation: Generation;
  readonly log: Logger;
  /** Somebody wants to know what evaluations did. */
  readonly isObserved: boolean;
}

/** Ends an evaluation that has no verdict of a policy. */
class EvaluationEnd extends Error {
  override readonly name = "EvaluationEnd";
  readonly evaluation: Evaluation;
  constructor(evaluation: Evaluation) {
    super(evaluation.kind);
    this.evaluation = evaluation;
  }
}

/** Evaluates one request, in the order of policy-server 4.2 and 5. */
export async function evaluate(request: EvaluationRequest, deps: EvaluationDeps): Promise<Evaluation> {
  try {
    return await evaluateId(parsePolicyId(request.policyId), request, deps);
  } catch (error) {
    if (error instanceof EvaluationEnd) return error.evaluation;
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

async function evaluateId(
  id: PolicyId | undefined,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<Evaluation> {
  const entry = id === undefined ? undefined : deps.generation.get(id.kind === "policy" ? id.name : id.group);
  if (id?.kind === "member" && entry?.kind === "group") {
    const member = entry.members.get(id.name);
    if (member !== undefined) return evaluateMemberAlone(id, member, request, deps);
  }
  if (id?.kind === "policy" && entry?.kind === "policy") return evaluatePolicy(entry, request, deps);
  if (id?.kind === "policy" && entry?.kind === "group") return evaluateWholeGroup(entry, request, deps);
  // What is wrong with the body is told before what is wrong with the name.
  await inspect(request, deps);
  return { kind: id === undefined ? "invalid-policy-id" : "unknown-policy" };
}

async function evaluatePolicy(
  { id, entry, state }: LoadedPolicy,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<Evaluation> {
  if (isFailure(state)) return storedFailure(id, entry, state, request, deps);
  const answer = await ask(id, state, request, deps);
  return conclude(id, entry, answer, request, deps);
}

/** A member that is addressed by itself: protect mode, no mutation. */
async function evaluateMemberAlone(
  id: PolicyId,
  state: LoadedPolicy["state"],
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<Evaluation> {
  const settings = { policyMode: "protect", allowedToMutate: false } as const;
  const name = formatPolicyId(id);
  if (isFailure(state)) return storedFailure(name, settings, state, request, deps);
  return conclude(name, settings, await ask(name, state, request, deps), request, deps);
}

async function evaluateWholeGroup(
  group: LoadedGroup,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<Evaluation> {
  const { expression, entry } = group;
  const failure = memberFailures(group);
  if (failure !== undefined) return storedFailure(group.id, entry, failure, request, deps);
  if (isFailure(expression)) return storedFailure(group.id, entry, expression, request, deps);
  const inspected = await inspect(request, deps);
  const { uid } = inspected;
  if (inspected.alwaysAccepted) {
    const known = { policyId: group.id, policyMode: entry.policyMode, request: inspected.facts };
    return unasked(known, acceptance(uid), deps);
  }
  const facts: AnswerFacts[] = [];
  const vanilla = await evaluateGroup({
    uid,
    message: entry.message,
    expression,
    members: [...group.members.keys()],
    async evaluateMember(name) {
      const { response, ...rest } = await askMember(group, name, request, deps);
      facts.push(rest);
      return response;
    },
  });
  // The message of the group is in the response already.
  const observed = observedGroup(inspected, facts, deps);
  const answer = { response: vanilla, ...factsOfAll(facts), ...(observed && { observed }) };
  return conclude(group.id, { policyMode: entry.policyMode }, answer, request, deps);
}

async function askMember(
  group: LoadedGroup,
  name: string,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<PolicyAnswer> {
  const state = group.members.get(name);
  if (state === undefined || isFailure(state))
    throw new Error(`error invoking ${group.id}/${name}: not loaded`);
  try {
    return await ask(`${group.id}/${name}`, state, request, deps);
  } catch (error) {
    if (!(error instanceof EvaluationEnd) || error.evaluation.kind !== "failed") throw error;
    throw new Error(`error invoking ${group.id}/${name}: ${error.evaluation.error.message}`);
  }
}

/** A policy's own verdict. */
interface PolicyAnswer extends AnswerFacts {
  readonly response: AdmissionResponse;
}

type AnswerFacts = Omit<EvaluationFacts, "observation"> & { readonly observed?: ObservedAnswer };

function observedGroup(
  { facts: request }: InspectedRequest,
  facts: readonly AnswerFacts[],
  { isObserved }: EvaluationDeps,
): ObservedAnswer | undefined {
  if (!isObserved) return undefined;
  return { request, runs: facts.flatMap(({ observed }): readonly ObservedRun[] => observed?.runs ?? []) };
}

function factsOfAll(facts: readonly AnswerFacts[]): AnswerFacts {
  const usage = totalUsage(facts.flatMap((each) => each.usage ?? []));
  const noted = facts.flatMap(({ reads }) => (reads === undefined ? [] : [reads]));
  if (noted.length === 0) return { usage };
  const byText = new Map(noted.flat().map((read) => [JSON.stringify(read), read]));
  return { usage, reads: [...byText.values()] };
}

/** Has a module judge the request. */
async function ask(
  id: string,
  { key, timeoutMs }: Runnable,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<PolicyAnswer> {
  const action = actionOf(request);
  const { body, log, timeoutMs: patienceMs } = request;
  const limitMs = timeoutMs === undefined ? undefined : Math.min(timeoutMs, patienceMs ?? timeoutMs);
  const watched = deps.isObserved ? watchRun(id) : undefined;
  const result = await deps.pool.run(key, action, body, { timeoutMs: limitMs, patienceMs, log });
  switch (result.kind) {
    case "answer": {
      const { response, reads, facts, denied } = responseOf(result.answer);
      const observed = watched && { request: facts, runs: [watched(result, denied)] };
      return { response, reads, usage: result.usage, ...(observed && { observed }) };
    }
    case "timed-out":
    case "shed": {
      const run = watched?.(result);
      const { uid, facts, alwaysAccepted } = await inspect(request, deps);
      const response = alwaysAccepted ? acceptance(uid) : unjudged(result.kind, uid);
      return { response, ...(run && { observed: { request: facts, runs: [run] } }) };
    }
    case "failed":
      throw new EvaluationEnd({ kind: "failed", error: new Error(result.message) });
  }
}

function actionOf({ form, noteReads }: EvaluationRequest): WorkerAction {
  if (form === "raw") return "validate-raw";
  return noteReads ? "audit" : "validate";
}

function responseOf(answer: WorkerAnswer): Extract<WorkerAnswer, { kind: "response" }> {
  if (answer.kind === "response") return answer;
  throw new EvaluationEnd(
    answer.kind === "malformed" ? answer : { kind: "failed", error: new Error(`unexpected ${answer.kind}`) },
  );
}

/** The answer of what could not be loaded: whatever its mode, and without its custom message. */
async function storedFailure(
  id: string,
  { policyMode }: ResponseConstraints,
  { kind: failure, message }: Pick<PolicyFailure, "kind" | "message">,
  request: EvaluationRequest,
  deps: EvaluationDeps,
): Promise<Evaluation> {
  const { uid, facts, alwaysAccepted } = await inspect(request, deps);
  if (alwaysAccepted) return unasked({ policyId: id, policyMode, request: facts }, acceptance(uid), deps);
  return unasked({ policyId: id, policyMode, request: facts, failure }, rejection(uid, message, 500), deps);
}

/** The answer where no module was asked. */
function unasked(
  known: Omit<Observation, "vanilla" | "runs">,
  response: AdmissionResponse,
  { isObserved }: EvaluationDeps,
): Evaluation {
  if (!isObserved) return { kind: "response", response };
  return { kind: "response", response, observation: { ...known, vanilla: response, runs: [] } };
}

/** Reads the request without asking a policy. */
async function inspect(request: EvaluationRequest, deps: EvaluationDeps): Promise<InspectedRequest> {
  const inspected = await inspectRequest(request, deps);
  if (inspected.kind === "malformed") throw new EvaluationEnd(inspected);
  return inspected;
}

/** Applies what the configuration says, for those who ask to admit. */
function conclude(
  id: string,
  constraints: ResponseConstraints,
  { response: vanilla, observed, ...facts }: PolicyAnswer,
  { origin, log }: EvaluationRequest,
  deps: EvaluationDeps,
): Evaluation {
  const { policyMode } = constraints;
  const observation = observed && { policyId: id, policyMode, vanilla, ...observed };
  const told = { ...facts, ...(observation && { observation }) };
  if (origin === "audit") return { kind: "response", response: vanilla, ...told };
  if (policyMode === "monitor") logMonitored(log?.() ?? deps.log, id, constraints, vanilla);
  return { kind: "response", response: applyConstraints(id, constraints, vanilla).response, ...told };
}

import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { createDiscovery, createKubeClient } from "@kubewarden-ts/kube";
import {
  controllerKinds,
  createFakeApiServer,
  createFakeClock,
  type FakeApiServerOptions,
  type FakeObject,
  staticAccess,
} from "@kubewarden-ts/kube/testing";
import type { AuditedObject } from "../../audited-object.ts";
import type { Question } from "../../evaluation/evaluator.ts";
import type { KeptReports, ObjectFindings, ReportScope, StoredVerdict } from "../../report-sink.ts";
import { endpointSlices } from "../../selection/endpoint-slice.ts";
import type { Verdict } from "../../verdict.ts";
import { createScanContext, type ScanOptions } from "../scan-context.ts";
import type { ScanProgress } from "../scan-tally.ts";
import { policyServer, service } from "./scan-fixtures.ts";

type Answer = Partial<Verdict>;

export interface SetUpScanOptions {
  readonly objects?: readonly FakeObject[];
  readonly options?: Partial<ScanOptions>;
  readonly server?: FakeApiServerOptions;
  /** What a policy says; `pass` unless told. */
  readonly answer?: (object: AuditedObject, question: Question) => Answer | Promise<Answer>;
  readonly stored?: (object: AuditedObject) => readonly StoredVerdict[];
  /** whose reports cannot be stored; those of none unless told */
  readonly unstored?: (object: AuditedObject) => boolean;
  readonly graceSignal?: AbortSignal;
}

/** A cluster, and a run whose policies and reports are in this process. */
export async function setUpScan(setUp: SetUpScanOptions = {}) {
  const kinds = [...controllerKinds, endpointSlices, ...(setUp.server?.kinds ?? [])];
  const server = await createFakeApiServer({ ...setUp.server, kinds });
  for (const each of [policyServer(), service(), ...(setUp.objects ?? [])]) server.put(each);
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  const clock = createFakeClock();
  const client = createKubeClient(staticAccess(server.url), { log, userAgent: "test", clock });
  const evaluator = recordingEvaluator(setUp);
  const sink = recordingSink(setUp);
  const progress: ScanProgress[] = [];
  const context = createScanContext({
    ...{ client, discovery: createDiscovery(client, { clock }), evaluator, sink, log, clock },
    ...{ runUid: "run", onProgress: (each: ScanProgress) => progress.push(each) },
    ...(setUp.graceSignal && { graceSignal: setUp.graceSignal }),
    options: {
      ...{ kubewardenNamespace: "kubewarden", ignoredNamespaces: [], pageSize: 100 },
      ...{ parallelNamespaces: 1, parallelResources: 10, parallelPolicies: 2 },
      ...{ allOperations: false, expandWildcards: false, incremental: false },
      ...setUp.options,
    },
  });
  return {
    ...{ server, client, context, evaluator, sink, lines, progress },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Answers at once, and remembers what it was asked. */
function recordingEvaluator({ answer = () => ({}) }: SetUpScanOptions) {
  const asked: string[] = [];
  let underWay = 0;
  let most = 0;
  return {
    /** `uid operation policy` */
    asked,
    /** objects that were asked about at the same time, at most */
    get most() {
      return most;
    },
    async evaluate(object: AuditedObject, questions: readonly Question[], signal: AbortSignal) {
      signal.throwIfAborted();
      underWay++;
      most = Math.max(most, underWay);
      const judged = questions.map(async (question): Promise<Verdict> => {
        const { policy, operation } = question;
        asked.push(`${object.uid} ${operation} ${policy.uniqueName}`);
        const given = await answer(object, question);
        return { policy, operation, result: "pass", message: "", atMs: 0, ...given };
      });
      const verdicts = await Promise.all(judged);
      underWay--;
      return verdicts;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Keeps what is written, and what each scope's end was. */
function recordingSink({ stored = () => [], unstored }: SetUpScanOptions) {
  const written: ObjectFindings[] = [];
  const opened: ReportScope[] = [];
  const openedObjects: string[] = [];
  const closed = new Map<ReportScope, KeptReports>();
  return {
    ...{ written, opened, openedObjects, closed, stored },
    of: (uid: string) => written.find(({ object }) => object.uid === uid),
    /** What upstream counts in a report. */
    summaries: () =>
      Object.fromEntries(
        written.map(({ object, verdicts, skipped, errored }) => {
          const count = (result: string): number => verdicts.filter((each) => each.result === result).length;
          const error = errored + count("error");
          return [object.uid, { results: verdicts.length, pass: count("pass"), error, skip: skipped }];
        }),
      ),
    async openNamespaces() {},
    async open(scope: ReportScope) {
      opened.push(scope);
    },
    async openObject({ uid }: AuditedObject) {
      openedObjects.push(uid);
    },
    async write(findings: ObjectFindings, signal: AbortSignal) {
      signal.throwIfAborted();
      written.push(findings);
      return unstored?.(findings.object) ? ("unstored" as const) : ("done" as const);
    },
    async close(scope: ReportScope, kept: KeptReports) {
      closed.set(scope, kept);
    },
  };
}

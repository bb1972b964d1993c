import { createHash } from "node:crypto";
import { errorText, type Logger, mapConcurrent } from "@kubewarden-ts/base";
import { mayWait } from "@kubewarden-ts/host-capabilities";
import { type GuestPool, type RunResult, timeoutText } from "@kubewarden-ts/policy-runtime/node";
import { readExpression, readGrants } from "./check-policies.ts";
import type { PolicyFailure } from "./errors.ts";
import {
  isFailure,
  type LoadedEntry,
  type LoadedGroup,
  type LoadedPolicy,
  type Runnable,
} from "./generation.ts";
import { loadWarnings } from "./load-warnings.ts";
import type { CatalogModule, ModuleCatalog } from "./module-catalog.ts";
import { type EvaluatorObserver, nowMs } from "./observation.ts";
import type { PolicyEntry, PolicyGroupEntry, PolicyMember } from "./policies-file.ts";
import { settingsToJson } from "./settings.ts";
import { invalidSettings } from "./settings-answer.ts";
import type { PolicyContext, WorkerAnswer } from "./worker/worker-answer.ts";

export interface PolicyLoaderOptions {
  readonly pool: GuestPool<PolicyContext, WorkerAnswer>;
  readonly catalog: ModuleCatalog;
  /** For policies that do not set their own limit; `undefined` for none. */
  readonly defaultTimeoutMs: number | undefined;
  /** Off: no evaluation is limited, whatever its policy says. */
  readonly timeoutProtection: boolean;
  readonly alwaysAcceptNamespace?: string | undefined;
  readonly log: Logger;
  readonly observer?: EvaluatorObserver | undefined;
  /** Resolves when the workers run: no policy's limit counts the time they need to start. */
  readonly ready: Promise<void>;
}

/** Makes entries of a policies file ready to be run. A failure is part of the loaded entry, it is never thrown. */
export interface PolicyLoader {
  load(id: string, entry: PolicyEntry | PolicyGroupEntry): Promise<LoadedEntry>;
  /** Tells equal entries with equal modules; `undefined` when a module cannot be had. */
  revisionOf(id: string, entry: PolicyEntry | PolicyGroupEntry): Promise<string | undefined>;
}

/** A module's own start gets this long where evaluations have no limit. */
const unlimitedStartMs = 60_000;
const maxMembersAtOnce = 8;
/** Settings that nobody looked at, because other policies kept the workers busy, are looked at again. */
const maxSettingsAttempts = 5;

export function createPolicyLoader(options: PolicyLoaderOptions): PolicyLoader {
  const { pool, catalog, defaultTimeoutMs, timeoutProtection, alwaysAcceptNamespace, log } = options;

  const timeoutOf = ({ timeoutEvalSeconds }: PolicyMember): number | undefined => {
    if (!timeoutProtection) return undefined;
    return timeoutEvalSeconds === undefined ? defaultTimeoutMs : timeoutEvalSeconds * 1000;
  };
  const loadModule = (id: string, member: PolicyMember): Promise<CatalogModule> =>
    catalog.load(member.module, id, timeoutOf(member) ?? unlimitedStartMs);

  const loadMember = async (
    id: string,
    member: PolicyMember,
    namespaced: boolean,
  ): Promise<Runnable | PolicyFailure> => {
    const grants = readGrants(id, member.hostCapabilities);
    if (isFailure(grants)) return grants;
    let module: CatalogModule;
    try {
      module = await loadModule(id, member);
    } catch (error) {
      return { policyId: id, kind: "module", message: moduleFailure(id, error) };
    }
    const settings = settingsToJson(member.settings);
    const context: PolicyContext = {
      policyId: id,
      mode: module.mode,
      settings,
      hostCapabilities: member.hostCapabilities,
      contextAwareResources: member.contextAwareResources,
      namespaced,
      alwaysAcceptNamespace,
      observed: options.observer !== undefined,
    };
    for (const { message, fields } of loadWarnings(module, member, grants)) {
      log.warn(message, { policy_id: id, ...fields });
    }
    const timeoutMs = timeoutOf(member);
    const key = pool.addPolicy({
      name: id,
      prepared: module.prepared,
      context,
      hostCallsMayWait: mayWait(grants),
    });
    await options.ready;
    const startMs = nowMs();
    const problem = await validateSettings(pool, key, settings, timeoutMs);
    options.observer?.settingsValidated({ policyId: id, startMs, endMs: nowMs(), problem });
    if (problem === undefined) {
      return { key, timeoutMs, digest: module.digest, settingsDigest: digestOf(settings) };
    }
    pool.removePolicy(key);
    return { policyId: id, kind: "settings", message: problem };
  };

  const revisionOf: PolicyLoader["revisionOf"] = async (id, entry) => {
    const isGroup = entry.kind === "group";
    const members = isGroup ? entry.policies : { [id]: entry };
    try {
      const digests = await mapConcurrent(
        Object.entries(members),
        maxMembersAtOnce,
        async ([name, member]) => {
          const memberId = isGroup ? `${id}/${name}` : id;
          return (await loadModule(memberId, member)).digest;
        },
      );
      return sha256(revisionText(entry, digests));
    } catch {
      return undefined;
    }
  };

  const loadPolicy = async (id: string, entry: PolicyEntry): Promise<LoadedPolicy> => {
    const revision = (await revisionOf(id, entry)) ?? "";
    return { kind: "policy", id, entry, revision, state: await loadMember(id, entry, entry.namespaced) };
  };
  const loadGroup = async (id: string, entry: PolicyGroupEntry): Promise<LoadedGroup> => {
    const revision = (await revisionOf(id, entry)) ?? "";
    const names = Object.keys(entry.policies);
    const members = await mapConcurrent(Object.entries(entry.policies), maxMembersAtOnce, ([name, member]) =>
      loadMember(`${id}/${name}`, member, entry.namespaced),
    );
    return {
      kind: "group",
      id,
      entry,
      revision,
      members: new Map(names.map((name, index) => [name, members[index]!])),
      expression: readExpression(id, entry),
    };
  };
  return {
    load: (id, entry) => (entry.kind === "group" ? loadGroup(id, entry) : loadPolicy(id, entry)),
    revisionOf,
  };
}

/** Asks a module about its settings. @returns what is wrong; `undefined` when it accepts them */
export async function validateSettings(
  pool: GuestPool<PolicyContext, WorkerAnswer>,
  key: number,
  settings: Uint8Array,
  timeoutMs: number | undefined,
): Promise<string | undefined> {
  let attempts = 1;
  let result = await pool.run(key, "validate-settings", settings, { timeoutMs });
  while (notBegun(result) && attempts++ < maxSettingsAttempts) {
    result = await pool.run(key, "validate-settings", settings, { timeoutMs });
  }
  switch (result.kind) {
    case "answer": {
      const problem = result.answer.kind === "settings" ? result.answer.problem : "no answer";
      return problem === undefined ? undefined : invalidSettings(problem);
    }
    case "timed-out":
    case "shed":
      return timeoutText;
    case "failed":
      return `bootstrap failure: WebAssembly failure: ${result.message}`;
  }
}

function notBegun(result: RunResult<WorkerAnswer>): boolean {
  return result.kind === "shed" || (result.kind === "timed-out" && !result.begun);
}

function moduleFailure(id: string, error: unknown): string {
  const text = errorText(error);
  return text.includes(timeoutText) ? timeoutText : `bootstrap failure: ${id}: ${text}`;
}

/** Settings count as the JSON that the guest gets: it tells `1` from `1.0` and from a text. */
function revisionText(entry: PolicyEntry | PolicyGroupEntry, digests: readonly string[]): string {
  const members = entry.kind === "group" ? Object.values(entry.policies) : [entry];
  const settings = members.map((member) => stringOf(settingsToJson(member.settings)));
  return JSON.stringify([entry, settings, digests], (key, value) => (key === "settings" ? undefined : value));
}

function stringOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${sha256(bytes)}`;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

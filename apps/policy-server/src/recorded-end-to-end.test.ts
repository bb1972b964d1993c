import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../../policies/build.ts";
import { requires } from "../../../tests/support/requirements.ts";
import {
  type Recorded,
  type RecordedCase,
  type RecordedPolicy,
  type RecordedResponse,
  readRecorded,
  replay,
} from "./testing/recorded.ts";
import { type RunningProgram, startProgram } from "./testing/running-program.ts";

/** Upstream's modules of which we have our own. */
const ours = new Map([
  ["@pod-privileged-policy", "pod-privileged"],
  ["@safe-labels-policy", "safe-labels"],
  ["@raw-validation-policy", "raw-validation"],
]);

const namesModule = "ours names policy and URL besides (policy-server 19.5)";
const broken = "a policy or member whose module is broken is known, and rejects (policy-server 3)";
const byPosition = "lists are not read as structs by position (policy-server 19.6)";
const guest = "upstream's module fails to read what ours reads";

/** Where the answer is another than upstream's, and why. */
const differences = new Map([
  ["validate-no-module", namesModule],
  ["audit-no-module", namesModule],
  ["raw-no-module", namesModule],
  ["group-if-privileged-no-owner", "the expression parser does not know if and else (policy-server 19.9)"],
  ["group-broken-module-privileged-no-owner", broken],
  ["always-accept-no-module", broken],
  ["always-accept-audit-no-module", broken],
  ["raw-route-of-kubernetes-policy", guest],
  ["request-options-number", guest],
  ["body-deep-128", guest],
  ["body-deep-200", "nesting is followed deeper than upstream's 127 levels"],
  ["body-trailing-comma", "the whole body is checked before its shape"],
  ["body-empty-list", byPosition],
  ["body-request-list", byPosition],
  ["body-list-positional", byPosition],
  ["body-list-positional-nulls", byPosition],
  ["body-list-too-long", byPosition],
]);

const shared = requires("shared-data");
const nothing: Recorded = { servers: {}, cases: [], startup: [] };
const recorded = shared.skip ? nothing : readRecorded();

const hasModule = (module: string): boolean => ours.has(module) || module.startsWith("file:");

/** Whether all that a policy runs is ours. */
function isOurs({ module, policies = {} }: RecordedPolicy): boolean {
  const modules = Object.values(policies).map((member) => member.module);
  return (module === undefined ? modules : [module]).every(hasModule);
}

/** The policy that a case is about, when we have it. */
function isAboutOurs({ server, listener, request }: RecordedCase): boolean {
  const id = /^\/(?:validate|audit|validate_raw)\/([^/?]+)(?:\?.*)?$/.exec(request.path)?.[1];
  if (listener !== undefined || id === undefined || /%(?![0-9a-f]{2})|%FF/i.test(id)) return false;
  const [name = ""] = decodeURIComponent(id).split("/");
  const policies = recorded.servers[server]?.policies ?? {};
  return Object.hasOwn(policies, name) && isOurs(policies[name] ?? {});
}

describe.skipIf(shared.skip)("recorded cases, with policies of ours", () => {
  it("finds the recording", () => {
    expect(recorded.cases.filter(isAboutOurs).length).toBeGreaterThan(200);
  });

  const running = new Map<string, RunningProgram>();
  const names = ["main", "always-accept"];

  beforeAll(async () => {
    const files = await buildPolicies({ only: [...ours.values()] });
    const paths = new Map(files.map(({ name, path }) => [name, `file://${path}`]));
    const ourModule = (_key: string, value: unknown): unknown =>
      typeof value === "string" && ours.has(value) ? paths.get(ours.get(value) ?? "") : value;
    for (const name of names) {
      const { args, policies } = recorded.servers[name] ?? { args: [], policies: {} };
      const kept = Object.entries(policies).filter(([, policy]) => isOurs(policy));
      const text = JSON.stringify(Object.fromEntries(kept), ourModule);
      const argv = [...args, "--max-body-bytes=2097152"];
      const started = await startProgram({ policies: text, argv }, startEvaluator);
      if ("exit" in started) throw new Error(started.stderr);
      running.set(name, started);
    }
  });
  afterAll(async () => {
    for (const program of running.values()) await program.stop();
  });

  const known = recorded.cases.filter((row) => names.includes(row.server) && isAboutOurs(row));
  it.each(known)("$id", async ({ id, server, request, response, anyOf }) => {
    const answer = comparable(await replay(running.get(server)?.port ?? 0, request));
    const expected = (anyOf ?? [response]).map(comparable);
    if (differences.has(id)) expect(expected).not.toContainEqual(answer);
    else if (expected.length > 1) expect(expected).toContainEqual(answer);
    else expect(answer).toEqual(expected[0]);
  });
});

/** Status and content; upstream's plain texts are JSON here. */
function comparable({
  status = 0,
  contentType,
  text = "",
  json,
  allow,
}: Partial<RecordedResponse> = {}): object {
  if (contentType === undefined) return { status, allow };
  if (contentType.startsWith("text/plain")) return { status, json: { message: text, status } };
  return { status, json: json ?? JSON.parse(text) };
}

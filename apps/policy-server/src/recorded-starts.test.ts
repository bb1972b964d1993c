import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import { runProgram } from "@kubewarden-ts/cli";
import {
  checkPolicies,
  type EvaluatorOptions,
  type PolicyFailure,
  StartupError,
} from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../../../tests/support/requirements.ts";
import { connectHost } from "./host/connect-host.ts";
import { policyServer } from "./program.ts";
import { fakeEvaluator } from "./testing/fake-evaluator.ts";
import { fakeHost } from "./testing/fake-host.ts";
import { noBackground } from "./testing/no-background.ts";
import { type RecordedStart, readRecorded } from "./testing/recorded.ts";

const fieldNamed = /^Error: error while loading policies from "policies.yml": .*expected .*received .*\n$/;

/** Upstream's text for any wrong field; ours name policy, field, what was expected and what was received. */
const wrongField = "data did not match any variant of untagged enum PolicyOrPolicyGroup";

interface Difference {
  exit: number;
  stderr: string;
  reason: string;
}

const inPolicies = 'error while loading policies from "policies.yml"';
const ofModule = (url: string): string => `Error while downloading policy 'p' from ${url}`;
const named = "ours names policy and path besides (policy-server 19.5)";
const yamlReader = "another YAML reader words its findings in another way";

/** Where we end otherwise than upstream, how, and why. */
const differences = new Map<string, Difference>([
  [
    "bad-yaml",
    {
      exit: 1,
      stderr: `${inPolicies}: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1 column 6`,
      reason: yamlReader,
    },
  ],
  [
    "tab-indent",
    {
      exit: 1,
      stderr: `${inPolicies}: Tabs are not allowed as indentation at line 2 column 1`,
      reason: yamlReader,
    },
  ],
  [
    "id-duplicate",
    {
      exit: 1,
      stderr: `${inPolicies}: p: expected one value, received a second one for the same key`,
      reason: "two policies of one name are refused, upstream takes the last (policy-server 2.1)",
    },
  ],
  [
    "group-member-capability",
    {
      exit: 1,
      stderr:
        'bootstrap failure: invalid hostCapabilities pattern for policy g/a: invalid pattern "x": unknown segment "x", valid options at this level are: crypto, kubernetes, net, oci',
      reason: "ours names the member (policy-server 19.4)",
    },
  ],
  [
    "module-missing",
    {
      exit: 1,
      stderr: `${ofModule("file:///nonexistent.wasm")}: No such file or directory (os error 2)`,
      reason: named,
    },
  ],
  [
    "module-directory",
    { exit: 1, stderr: `${ofModule("file:///etc")}: Is a directory (os error 21)`, reason: named },
  ],
  [
    "module-not-wasm",
    { exit: 1, stderr: `${ofModule("file:///etc/hostname")}: invalid wasm file`, reason: named },
  ],
  ["flag-with-value", { exit: 0, stderr: "", reason: "a flag may have a value (policy-server 1)" }],
  ["env-flag-1", { exit: 0, stderr: "", reason: "flags understand 1 and 0 (policy-server 1)" }],
  [
    "verification-missing",
    {
      exit: 1,
      stderr: "failed to read verification file: No such file or directory (os error 2) (nope.yml)",
      reason: "ours names the file",
    },
  ],
  [
    "env-no-color-1",
    { exit: 0, stderr: "", reason: "any non-empty NO_COLOR counts as set (policy-server 1)" },
  ],
  [
    "cert-missing-file",
    { exit: 1, stderr: "x.pem: No such file or directory (os error 2)", reason: "ours names the file" },
  ],
  [
    "sources-missing",
    {
      exit: 1,
      stderr: "error while loading sources from nope.yml: No such file or directory (os error 2)",
      reason: "upstream's cause speaks of a certificate",
    },
  ],
  [
    "workers-text",
    {
      exit: 1,
      stderr: "error parsing the number of workers: invalid digit found in string",
      reason: "upstream panics (policy-server 1)",
    },
  ],
]);

const needsGuests = new Set([
  "settings-invalid",
  "group-member-settings-bad",
  "settings-host-call",
  "settings-host-call-continue",
  "settings-host-call-not-granted",
]);

const shared = requires("shared-data");
const recorded = shared.skip ? [] : readRecorded().startup;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-starts-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Finds out what can be found out without guests: modules that cannot be had, and wrong patterns. */
async function withoutGuests({ policies, fetchModule, continueOnErrors }: EvaluatorOptions): Promise<void> {
  const failures: PolicyFailure[] = checkPolicies(policies).filter(({ kind }) => kind === "capabilities");
  for (const [policyId, entry] of policies) {
    if (entry.kind === "group" || entry.module.startsWith("@") || continueOnErrors) continue;
    await fetchModule(entry.module, policyId).catch((error: unknown) => {
      const message = `Error while downloading policy '${policyId}' from ${entry.module}: ${errorText(error)}`;
      failures.push({ policyId, kind: "module", message });
    });
  }
  if (failures.length > 0) throw new StartupError(failures);
}

async function start({
  id,
  policiesYml,
  args,
  env = {},
}: RecordedStart): Promise<{ exit: number; stderr: string }> {
  const path = join(folder, "policies.yml");
  await writeFile(path, policiesYml);
  const shutdown = new AbortController();
  let stderr = "";
  const exit = await runProgram(policyServer, {
    argv: args,
    env: {
      KUBEWARDEN_POLICIES: path,
      KUBEWARDEN_BIND_ADDRESS: "127.0.0.1",
      KUBEWARDEN_PORT: "0",
      KUBEWARDEN_READINESS_PROBE_PORT: "0",
      ...env,
    },
    stdout: { write: () => true },
    stderr: {
      write: (text) => {
        stderr += String(text);
      },
    },
    deps: () => ({
      shutdown: shutdown.signal,
      reload: new EventTarget(),
      cpus: 1,
      isTerminal: false,
      startEvaluator: async (options) => {
        await withoutGuests(options);
        shutdown.abort(); // it would start, so it may stop
        return { ...fakeEvaluator(), [Symbol.asyncDispose]: async () => {} };
      },
      connectHost: id === "no-ignore-kubernetes" ? connectHost : fakeHost,
      background: noBackground,
      pid: process.pid,
    }),
  });
  return { exit, stderr: stderr.replaceAll(path, "policies.yml") };
}

describe.skipIf(shared.skip)("recorded starts", () => {
  it("finds the recording", () => {
    expect(recorded.length).toBeGreaterThan(100);
  });

  it.for(recorded)("policy-server 44: $id", async (row, { skip }) => {
    if (needsGuests.has(row.id)) skip("only a guest can find it out, and the module is not ours to run");
    const ended = await start(row);
    const difference = differences.get(row.id);
    if (difference !== undefined) {
      const { exit, stderr } = difference;
      expect(ended).toEqual({ exit, stderr: stderr === "" ? "" : `Error: ${stderr}\n` });
    } else if (row.starts) {
      expect(ended).toEqual({ exit: 0, stderr: "" });
    } else if (row.exit === 2) {
      // how to use the program is said in other words
      const [problem] = (row.stderr ?? "").split("\n\n");
      expect(ended).toEqual({ exit: 2, stderr: expect.stringContaining(`${problem}\n\n`) });
    } else if (row.stderr?.endsWith(wrongField)) {
      expect(ended).toEqual({ exit: 1, stderr: expect.stringMatching(fieldNamed) });
    } else {
      // why there is no cluster stands before it; the recording has the last line only
      const stderr = ended.stderr.replace(/^Cannot connect to Kubernetes cluster: .*\n/, "");
      expect({ ...ended, stderr }).toEqual({ exit: row.exit, stderr: `${row.stderr}\n` });
    }
  });
});

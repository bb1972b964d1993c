import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { type Abi, buildPolicy } from "@kubewarden-ts/policy-sdk/build";
import { admissionRequest } from "@kubewarden-ts/policy-sdk/testing";
import { metadataSectionName, parseMetadataSection } from "@kubewarden-ts/protocol";
import { customSections, readSections } from "@kubewarden-ts/wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";
import { pod } from "../../policies/workloads.ts";
import { requires } from "../support/requirements.ts";
import { askInOurRuntime } from "./our-runtime.ts";
import { askInWasmtime, type Question, readReply } from "./wasmtime-host.ts";

const folder = join(import.meta.dirname, "../../policies");

/** A question as waPC policies hear it, and what must come of it: an answer, or a part of the text of an error. */
interface Row extends Question {
  readonly expected: { readonly answer: unknown } | { readonly error: string };
}

const validates = (object: KubernetesObject, settings: object, answer: object, host = {}): Row => ({
  operation: "validate",
  payload: JSON.stringify({ request: admissionRequest({ object }), settings }),
  ...{ host, expected: { answer } },
});
const validatesRaw = (request: unknown, settings: object, answer: object): Row => ({
  ...{ operation: "validate", payload: JSON.stringify({ request, settings }), expected: { answer } },
});
const settle = (settings: unknown, answer: object): Row => ({
  ...{ operation: "validate_settings", payload: JSON.stringify(settings), expected: { answer } },
});
const valid = { valid: true };
const invalid = (message: string) => ({ valid: false, message });
const accepted = { accepted: true };
const rejected = (message: string, code?: number) => ({
  ...{ accepted: false, message },
  ...(code === undefined ? {} : { code }),
});

const withContext = (securityContext: NonNullable<Container["securityContext"]>) =>
  pod({ containers: [{ name: "a", securityContext }] });
const withImage = (image: string) => pod({ containers: [{ name: "a", image }] });
const labelled = (labels: Record<string, string>) => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "größe", labels } },
});

const killing = withContext({ capabilities: { add: ["KILL"] } });
const dropping = withContext({ capabilities: { add: ["KILL"], drop: ["NET_RAW"] } });
const notAddable = "PSP capabilities policies doesn't allow these capabilities to be added";
const owners = { constrained_labels: { owner: "^\\pL+$" }, mandatory_labels: ["team"] };
const blocked = { blockRules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] };
const account = "system:serviceaccount:team-a:default";
const permitted = (allowed: boolean) => ({ "kubewarden/kubernetes/can_i": JSON.stringify({ allowed }) });
const deed = { user: "jane", action: "eats", resource: "banana" };
const deeds = { validUsers: ["jane"], validActions: ["eats"], validResources: ["banana"] };

const rows: Readonly<Record<string, readonly Row[]>> = {
  "pod-privileged": [
    { operation: "protocol_version", payload: "", expected: { answer: "v1" } },
    settle({}, valid),
    settle({ skip_init_containers: "no" }, invalid("skip_init_containers: expected boolean, got string")),
    validates(withContext({ privileged: false }), {}, accepted),
    validates(withContext({ privileged: true }), {}, rejected("Privileged container is not allowed")),
    { operation: "validate", payload: "{", expected: { error: "SyntaxError" } },
    { operation: "other", payload: "", expected: { error: 'No handler registered for function "other"' } },
  ],
  "capabilities-psp": [
    settle({ allowed_capabilities: ["KILL"] }, valid),
    settle({ allowed_capabilities: "KILL" }, { valid: false }),
    validates(killing, {}, rejected(`${notAddable}: {"KILL"}`)),
    validates(
      killing,
      { allowed_capabilities: ["KILL"], required_drop_capabilities: ["NET_RAW"] },
      { accepted: true, mutated_object: dropping },
    ),
  ],
  "safe-labels": [
    settle(owners, valid),
    settle({ constrained_labels: { owner: "(?<=a)b" } }, { valid: false }),
    validates(labelled({ team: "a", owner: "änne" }), owners, accepted),
    validates(
      labelled({ owner: "7" }),
      owners,
      rejected(
        "The following labels are violating user constraints: owner. The following mandatory labels are missing: team",
      ),
    ),
  ],
  "pod-security-standards": [
    settle({ level: "restricted" }, valid),
    settle({ level: "none" }, { valid: false }),
    validates(pod({ containers: [] }), { level: "baseline" }, accepted),
    validates(pod({ containers: [], hostPID: true }), { level: "baseline" }, { accepted: false }),
  ],
  "trusted-repos": [
    settle({ registries: { allow: ["a"], reject: ["b"] } }, { valid: false }),
    validates(withImage("nginx"), { registries: { allow: ["docker.io"] } }, accepted),
    validates(
      withImage("registry.test:5000/a"),
      { registries: { allow: ["registry.test"] } },
      rejected("not allowed, reported errors: registries not allowed: registry.test:5000"),
    ),
  ],
  "high-risk-service-account": [
    settle({}, invalid("block_rules cannot be empty")),
    validates(pod({ containers: [] }), blocked, accepted, permitted(false)),
    validates(
      pod({ containers: [] }),
      blocked,
      rejected(
        `Cannot use service account '${account}' with permissions to perform get /secrets in the cluster`,
        403,
      ),
      permitted(true),
    ),
    validates(
      pod({ containers: [] }),
      blocked,
      rejected("Failed to check permissions for all SubjectAccessReviews", 403),
    ),
  ],
  "raw-validation": [
    settle({}, { valid: false }),
    settle(deeds, valid),
    validatesRaw(deed, deeds, accepted),
    validatesRaw({ ...deed, action: "buys" }, deeds, rejected("this request is not accepted")),
  ],
  "raw-mutation": [
    settle({}, { valid: false }),
    validatesRaw(
      deed,
      { forbiddenResources: ["banana"], defaultResource: "héu" },
      { accepted: true, mutated_object: { ...deed, resource: "héu" } },
    ),
  ],
};

/** The same question in the words of an ABI: WASI policies name the operation another way (policy-runtime 2.5, 3). */
function spokenIn(abi: Abi, { operation, payload, host = {} }: Question): Question {
  const spoken = abi === "wasi" ? operation.replace("validate_settings", "validate-settings") : operation;
  return { operation: spoken, payload, host };
}

function expectedOf({ expected }: Row): object {
  if ("error" in expected) return { error: expect.stringContaining(expected.error) };
  const { answer } = expected;
  return { answer: typeof answer === "object" ? expect.objectContaining(answer!) : answer };
}

/** The bytes of a policy of the catalogue, with its metadata. */
async function fileOf(name: string, abi: Abi): Promise<Uint8Array> {
  if (abi === "wapc") {
    const [file] = await buildPolicies({ only: [name] });
    return await readFile(file!.path);
  }
  const [entry, metadataPath] = ["policy.ts", "metadata.yml"].map((file) => join(folder, name, file));
  return (await buildPolicy({ entry: entry!, abi, metadataPath })).wasm;
}

const cases: [string, Abi, string][] = [
  ...Object.keys(rows).map((name): [string, Abi, string] => [name, "wapc", "kubewarden-wapc"]),
  ...["pod-privileged", "capabilities-psp", "high-risk-service-account", "raw-validation"].map(
    (name): [string, Abi, string] => [name, "wasi", "wasi"],
  ),
];

describe.skipIf(requires("wasmtime").skip).each(cases)("%s as %s", (name, abi, executionMode) => {
  let wasm: Uint8Array;
  beforeAll(async () => {
    wasm = await fileOf(name, abi);
  });

  it("policies-and-sdk 2: answers in wasmtime as in our own runtime", async () => {
    const asked = rows[name]!;
    const questions = asked.map((row) => spokenIn(abi, row));
    const replies = await askInWasmtime(wasm, abi, questions);
    expect(replies).toEqual(await askInOurRuntime(wasm, abi, questions));
    expect(replies.map(readReply)).toEqual(asked.map(expectedOf));
  });

  it(`policies-and-sdk 2: says executionMode ${executionMode}`, () => {
    const [metadata] = customSections(readSections(wasm), metadataSectionName);
    expect(parseMetadataSection(metadata!)).toMatchObject({ executionMode });
  });
});

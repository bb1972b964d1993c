import { run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { policy } from "../../policies/pod-security-standards/policy.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { type GeneratedPod, generatedPod } from "./generated-pods.ts";

const pods = process.env["KUBEWARDEN_TS_SOAK"] === undefined ? 200 : 2000;
const levels = ["baseline", "restricted"] as const;
/** The last before each change of the standards. */
const versions = [
  "v1.7",
  "v1.18",
  "v1.21",
  "v1.22",
  "v1.24",
  "v1.26",
  "v1.28",
  "v1.30",
  "v1.31",
  "v1.33",
  "v1.34",
];
type Level = (typeof levels)[number];

describe.skipIf(requires("kubernetes").skip)("pod-security-standards and the API server", () => {
  let plane: ControlPlane;
  const namespaces = new Map<string, string>();

  beforeAll(async () => {
    plane = await controlPlane();
  });

  async function namespaceOf(level: Level, version: string): Promise<string> {
    const key = `${level}:${version}`;
    const known = namespaces.get(key);
    if (known !== undefined) return known;
    const label = "pod-security.kubernetes.io/enforce";
    const created = await plane.createNamespace({ [label]: level, [`${label}-version`]: version });
    namespaces.set(key, created);
    return created;
  }

  /** What the API server says against a pod; `undefined` when it takes it. A pod that is no valid one is neither. */
  async function serverSays(pod: GeneratedPod, level: Level, version: string): Promise<string | undefined> {
    const path = `/api/v1/namespaces/${await namespaceOf(level, version)}/pods?dryRun=All`;
    const { status, body } = await plane.admin.request(path, { method: "POST", body: pod });
    if (status === 201) return undefined;
    const text = String(body["message"]);
    return status === 403 ? text.replace(/^pods "generated" is forbidden: /, "") : `${status}: ${text}`;
  }

  it(`policies-and-sdk 44: say the same of ${pods} pods`, { timeout: 600_000 }, async () => {
    const row = fc.tuple(generatedPod, fc.constantFrom(...versions));
    const seed = pods === 200 ? 44 : Date.now();
    const verdicts = { accepted: 0, rejected: 0 };
    const disagreements: object[] = [];
    for (const [pod, version] of fc.sample(row, { numRuns: pods, seed })) {
      for (const [level, asked] of levels.flatMap((one) => [
        [one, "latest"] as const,
        [one, version] as const,
      ])) {
        const expected = await serverSays(pod, level, asked);
        const { message } = run(policy, { object: pod, settings: { level, version: asked } });
        if (message !== expected) disagreements.push({ level, asked, expected, message, pod });
        verdicts[expected === undefined ? "accepted" : "rejected"] += 1;
      }
    }
    expect(disagreements.slice(0, 20), `seed ${seed}: ${disagreements.length} disagreements`).toEqual([]);
    // Neither may be rare, or nothing was compared.
    expect(Math.min(verdicts.accepted, verdicts.rejected)).toBeGreaterThan(pods / 2);
  });

  it.each(levels)("policies-and-sdk 19, 44: say the same of ephemeral containers: %s", async (level) => {
    const namespace = await namespaceOf(level, "latest");
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
    const spec = {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [{ name: "app", image: "registry.test/app:1", securityContext }],
    };
    const metadata = { name: "debugged", namespace };
    const oldObject = { apiVersion: "v1", kind: "Pod", metadata, spec };
    await plane.admin.create(`/api/v1/namespaces/${namespace}/pods`, oldObject);
    for (const context of [securityContext, {}, { privileged: true }]) {
      const debug = { name: "debug", image: "registry.test/debug:1", securityContext: context };
      const patch = { spec: { ephemeralContainers: [debug] } };
      const path = `/api/v1/namespaces/${namespace}/pods/debugged/ephemeralcontainers?dryRun=All`;
      const { status, body } = await plane.admin.request(path, { method: "PATCH", body: patch });
      const object = { ...oldObject, spec: { ...spec, ...patch.spec } };
      const outcome = run(policy, {
        ...{ object, oldObject, operation: "UPDATE", subResource: "ephemeralcontainers" },
        settings: { level },
      });
      const text = `pods "debugged" is forbidden: ${outcome.message}`;
      expect([status, body["message"]]).toEqual(outcome.accepted ? [200, undefined] : [403, text]);
    }
  });
});

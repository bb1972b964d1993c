import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Policy } from "@kubewarden-ts/policy-sdk";
import { run, validateSettings } from "@kubewarden-ts/policy-sdk/testing";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { convertPodSecurityPolicies } from "../../apps/kwctl/src/psp/convert.ts";
import { readPodSecurityPolicies } from "../../apps/kwctl/src/psp/pod-security-policy.ts";

const folder = join(import.meta.dirname, "../../policies");
const ranges = [{ min: 1000, max: 2000 }];
const profiles = {
  "seccomp.security.alpha.kubernetes.io/allowedProfileNames": "runtime/default,localhost/audit",
};
const more = { "apparmor.security.beta.kubernetes.io/allowedProfileNames": "runtime/default" };

/** Each row of policies-and-sdk 6 refuses something. */
const strict = {
  metadata: { name: "strict", annotations: { ...profiles, ...more } },
  kind: "PodSecurityPolicy",
  spec: {
    hostPorts: [{ min: 80, max: 90 }],
    volumes: ["secret", "hostPath", "flexVolume"],
    allowedHostPaths: [{ pathPrefix: "/data" }],
    allowedFlexVolumes: [{ driver: "example/disk" }],
    readOnlyRootFilesystem: true,
    fsGroup: { rule: "MustRunAs", ranges },
    runAsUser: { rule: "MustRunAs", ranges },
    runAsGroup: { rule: "MustRunAs", ranges },
    supplementalGroups: { rule: "MayRunAs", ranges },
    allowPrivilegeEscalation: false,
    requiredDropCapabilities: ["ALL"],
    defaultAddCapabilities: ["CHOWN"],
    seLinux: { rule: "MustRunAs", seLinuxOptions: { level: "s0:c1,c2" } },
    allowedProcMountTypes: ["Default"],
    forbiddenSysctls: ["kernel.*"],
  },
};

const Resource = v.object({
  metadata: v.object({ name: v.string() }),
  spec: v.object({ settings: v.unknown(), mutating: v.boolean() }),
});
const text = convertPodSecurityPolicies(readPodSecurityPolicies(stringify(strict)));
const resources = parseAllDocuments(text).map((document) => v.parse(Resource, document.toJS()));
const names = resources.map(({ metadata }) => metadata.name.replace("strict-", ""));

const Module = v.object({ policy: v.custom<Policy>((value) => typeof value === "object") });

it("policies-and-sdk 47: every row has a policy of this repository", () => {
  expect(names).toHaveLength(15);
});

describe.each(names.map((name, index) => [name, resources[index]!.spec] as const))(
  "policies-and-sdk 47: %s",
  (name, { settings, mutating }) => {
    const load = async () => v.parse(Module, { ...(await import(join(folder, name, "policy.ts"))) }).policy;

    it("takes the settings", async () => {
      expect(validateSettings(await load(), settings)).toEqual({ valid: true });
    });

    it("mutates only where the resource lets it", async () => {
      const metadata = parse(await readFile(join(folder, name, "metadata.yml"), "utf8"));
      const object = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web" },
        spec: { containers: [{ name: "web" }] },
      };
      const { mutatedObject } = run(await load(), { object, settings });
      expect({ policy: metadata.mutating, mutated: mutatedObject !== undefined }).toEqual({
        policy: mutating,
        mutated: mutating,
      });
    });
  },
);

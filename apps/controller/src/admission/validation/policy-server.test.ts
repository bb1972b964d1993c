import { KubeError } from "@kubewarden-ts/kube";
import { describe, expect, it } from "vitest";
import { fakeLookUp, namespace } from "../testing/fake-look-up.ts";
import * as make from "../testing/objects.ts";
import { mistakes } from "../testing/validated.ts";

const object = (kind: string, name: string, fields: object) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace },
  ...fields,
});
const lookUp = fakeLookUp({
  stored: [
    object("Secret", "pull", { type: "kubernetes.io/dockerconfigjson" }),
    object("Secret", "old-pull", { type: "kubernetes.io/dockercfg" }),
    object("ConfigMap", "trust", { data: { "sigstore-trust-config": "{}" } }),
    object("ConfigMap", "empty", {}),
  ],
});
const capability = (pattern: string) => ({ namespacedPoliciesCapabilities: ["oci/v2/verify", pattern] });
const refused = (pattern: string, text: string) => [
  `spec.namespacedPoliciesCapabilities[1]: Invalid value: ${JSON.stringify(pattern)}: ${text}`,
];
const misplaced = 'wildcard "*" is only allowed as the last path segment (e.g. "oci/*" or "oci/v1/*")';

describe("validation of policy servers", () => {
  it.each<[string, object]>([
    ["nothing but an image", {}],
    ["references to what is there", { imagePullSecret: "pull", sigstoreTrustConfig: "trust" }],
    ["empty references", { imagePullSecret: "", sigstoreTrustConfig: "" }],
    [
      "requests up to the limits",
      { limits: { cpu: 1, memory: "1Gi" }, requests: { cpu: "1000m", memory: "1024Mi" } },
    ],
    ["requests without limits", { requests: { cpu: "2" } }],
    [
      "ports of which metrics has another's",
      { webhookPort: 9000, readinessProbePort: 9001, metricsPort: 9000 },
    ],
    ["no host calls", { namespacedPoliciesCapabilities: [] }],
    ["all host calls", { namespacedPoliciesCapabilities: ["*", "oci/*", "oci/v1/*", "kubernetes/can_i"] }],
    ["no replicas", { replicas: 0 }],
  ])("admits %s", async (_what, spec) => {
    expect(await mistakes(make.policyServer(spec), { lookUp })).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    [
      "a pull secret that is not there",
      { imagePullSecret: "gone" },
      [
        'spec.imagePullSecret: Invalid value: "gone": cannot get spec.imagePullSecret: Secret "gone" not found',
      ],
    ],
    [
      "a pull secret of another type",
      { imagePullSecret: "old-pull" },
      [
        'spec.imagePullSecret: Invalid value: "old-pull": spec.imagePullSecret secret "old-pull" is not of type kubernetes.io/dockerconfigjson',
      ],
    ],
    [
      "a trust configuration that is not there",
      { sigstoreTrustConfig: "gone" },
      [
        'spec.sigstoreTrustConfig: Invalid value: "gone": cannot get spec.sigstoreTrustConfig ConfigMap: ConfigMap "gone" not found',
      ],
    ],
    [
      "a trust configuration without its key",
      { sigstoreTrustConfig: "empty" },
      [
        'spec.sigstoreTrustConfig: Invalid value: "empty": spec.sigstoreTrustConfig ConfigMap "empty" does not contain required key "sigstore-trust-config"',
      ],
    ],
    [
      "two limits of disruption",
      { minAvailable: "50%", maxUnavailable: 1 },
      [
        'spec: Invalid value: "minAvailable: 50%, maxUnavailable: 1": minAvailable and maxUnavailable cannot be both set',
      ],
    ],
    [
      "amounts below 0",
      { limits: { memory: "-1Gi" }, requests: { cpu: "-500m" } },
      [
        'spec.limits.memory: Invalid value: "-1Gi": must be greater than or equal to 0',
        'spec.requests.cpu: Invalid value: "-500m": must be greater than or equal to 0',
      ],
    ],
    [
      "requests over the limits",
      { limits: { cpu: "0.5", memory: "512Mi" }, requests: { memory: "1024Mi", cpu: 1 } },
      [
        'spec.requests.cpu: Invalid value: "1": must be less than or equal to cpu limit of 500m',
        'spec.requests.memory: Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi',
      ],
    ],
    [
      "an amount that nobody can read",
      { limits: { cpu: "1e5000" } },
      [expect.stringContaining('spec.limits.cpu: Invalid value: "1e5000": quantities must match')],
    ],
    [
      "one port twice",
      { webhookPort: 8081 },
      [
        "spec.readinessProbePort: Invalid value: 8081: readinessProbePort must differ from webhookPort (8081)",
      ],
    ],
    [
      "fewer than no replicas",
      { replicas: -1 },
      ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
    ],
  ])("controller 16: %s", async (_what, spec, expected) => {
    expect(await mistakes(make.policyServer(spec), { lookUp })).toEqual(expected);
  });

  it.each([
    ["", "capability must not be empty"],
    ["oci/*/verify", misplaced],
    ["oci/v*", misplaced],
    ["*/v1", misplaced],
    ["dns", 'unknown segment "dns", valid options at this level are: crypto, kubernetes, net, oci'],
    ["oci/v3/verify", 'unknown segment "v3", valid options at this level are: v1, v2'],
    ["oci/v2/verify/now", '"oci/v2/verify" is a complete capability path and cannot have further segments'],
    ["oci/v2/verify/*", '"oci/v2/verify" is a complete capability path and cannot have further segments'],
    ["oci", '"oci" is not a complete capability path; use "oci/*" to allow all capabilities under it'],
    [
      "net/v1",
      '"net/v1" is not a complete capability path; use "net/v1/*" to allow all capabilities under it',
    ],
    ["oci/", 'unknown segment "", valid options at this level are: v1, v2'],
  ])("controller 16, 24: the capability %j", async (pattern, text) => {
    expect(await mistakes(make.policyServer(capability(pattern)))).toEqual(refused(pattern, text));
  });

  it.each<[string, string, string]>([
    ["over 63 characters", "n".repeat(64), "the PolicyServer name cannot be longer than 63 characters"],
    [
      "over 38 characters",
      "n".repeat(39),
      "the PolicyServer name cannot be longer than 38 characters: a label of its Pods is made of it",
    ],
    ["with a dot", "a.b", "the PolicyServer name cannot contain dots: its Service is named after it"],
  ])("controller section 14: a name %s", async (_what, name, text) => {
    const expected = [`metadata.name: Invalid value: "${name}": ${text}`];
    expect(await mistakes(make.policyServer({}, { name }))).toEqual(expected);
    const old = make.policyServer({ replicas: 2 }, { name });
    expect(await mistakes(make.policyServer({}, { name }), { old })).toEqual(
      name.length > 63 ? expected : [],
    );
    expect(await mistakes(make.policyServer({}, { name: "n".repeat(38) }))).toEqual([]);
  });

  it("fewer than no replicas that were there before stop no other change", async () => {
    const old = make.policyServer({ replicas: -1 });
    expect(await mistakes(make.policyServer({ replicas: -1, image: "i" }), { old })).toEqual([]);
    expect(await mistakes(make.policyServer({ replicas: -2 }), { old })).toHaveLength(1);
  });

  it("a reference that could not be looked up is refused", async () => {
    const failure = new KubeError("not now", { code: "KUBE_FORBIDDEN", status: 403 });
    const found = await mistakes(make.policyServer({ imagePullSecret: "pull" }), {
      lookUp: fakeLookUp({ failure }),
    });
    expect(found).toEqual([
      'spec.imagePullSecret: Invalid value: "pull": cannot get spec.imagePullSecret: not now',
    ]);
  });
});

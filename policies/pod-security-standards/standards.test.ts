import type { PodSpec } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod } from "../workloads.ts";
import {
  accepted,
  baseline,
  compliant,
  container,
  restricted,
  violating,
  withContext,
} from "./compliant-pod.ts";
import { policy } from "./policy.ts";

type Row = readonly [spec: PodSpec, violation: string];

/** Of both levels. */
const forbiddenByBaseline: readonly Row[] = [
  [
    compliant({}, { appArmorProfile: { type: "Unconfined" } }),
    'forbidden AppArmor profile (pod must not set AppArmor profile type to "Unconfined")',
  ],
  [
    withContext({ appArmorProfile: {} }),
    'forbidden AppArmor profile (container "c" must not set AppArmor profile type to "")',
  ],
  [
    compliant({ hostIPC: true, hostPID: true, hostNetwork: true }),
    "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)",
  ],
  [
    compliant({
      containers: [container({}, { ports: [{ hostPort: 9 }, { hostPort: 80 }, { containerPort: 1 }] })],
    }),
    'hostPort (container "c" uses hostPorts 80, 9)',
  ],
  [
    compliant({ containers: [container({}, { livenessProbe: { httpGet: { host: "a" } } })] }),
    'probe or lifecycle host (container "c" uses probe or lifecycle host "a")',
  ],
  [
    compliant({
      containers: [
        container({}, { lifecycle: { preStop: { tcpSocket: { host: "b" } } } }),
        { ...container({}, { startupProbe: { tcpSocket: { host: "a" } } }), name: "d" },
      ],
    }),
    'probe or lifecycle host (containers "c", "d" use probe or lifecycle hosts "a", "b")',
  ],
  [
    withContext({ privileged: true }),
    'privileged (container "c" must not set securityContext.privileged=true)',
  ],
  [
    withContext({ procMount: "Unmasked" }),
    'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  ],
  [
    compliant({}, { seLinuxOptions: { type: "spc_t", user: "u", role: "r" } }),
    'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
  ],
  [
    compliant({ containers: [container({ seccompProfile: { type: "Unconfined" } })] }),
    'seccompProfile (container "c" must not set securityContext.seccompProfile.type to "Unconfined")',
  ],
  [compliant({}, { sysctls: [{ name: "kernel.msgmax" }] }), "forbidden sysctls (kernel.msgmax)"],
  [
    compliant(
      { containers: [container({ windowsOptions: { hostProcess: true } })] },
      { windowsOptions: { hostProcess: true } },
    ),
    'hostProcess (pod and container "c" must not set securityContext.windowsOptions.hostProcess=true)',
  ],
];

/** Where the levels have different words, and what only `restricted` forbids. */
const forbiddenByLevel: readonly (readonly [PodSpec, string | undefined, string])[] = [
  [
    withContext({ capabilities: { drop: ["ALL"], add: ["KILL", "NET_BIND_SERVICE"] } }),
    undefined,
    'unrestricted capabilities (container "c" must not include "KILL" in securityContext.capabilities.add)',
  ],
  [
    withContext({ capabilities: { add: ["SYS_TIME", "NET_RAW"] } }),
    'non-default capabilities (container "c" must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add)',
    'unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]; container "c" must not include "NET_RAW", "SYS_TIME" in securityContext.capabilities.add)',
  ],
  [
    compliant({ volumes: [{ name: "v", hostPath: {} }] }),
    'hostPath volumes (volume "v")',
    'restricted volume types (volume "v" uses restricted volume type "hostPath")',
  ],
  [
    compliant({
      volumes: [
        { name: "v", nfs: {} },
        { name: "w", new: {} },
      ],
    }),
    undefined,
    'restricted volume types (volumes "v", "w" use restricted volume types "nfs", "unknown")',
  ],
  [
    withContext({ allowPrivilegeEscalation: undefined }),
    undefined,
    'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false)',
  ],
  [
    compliant({}, { runAsNonRoot: false }),
    undefined,
    "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)",
  ],
  [
    compliant({}, { runAsNonRoot: undefined }),
    undefined,
    'runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  ],
  [
    compliant({ containers: [container({ runAsUser: 0 })] }, { runAsUser: 0 }),
    undefined,
    'runAsUser=0 (pod and container "c" must not set runAsUser=0)',
  ],
  [
    compliant({}, { seccompProfile: undefined }),
    undefined,
    'seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  ],
];

const allowedByRestricted: readonly PodSpec[] = [
  compliant(),
  compliant({}, { appArmorProfile: { type: "Localhost" }, seLinuxOptions: { type: "container_engine_t" } }),
  compliant({ hostNetwork: false, hostPID: null, hostIPC: false }),
  compliant({ containers: [container({}, { ports: [{ hostPort: 0 }, { containerPort: 80 }] })] }),
  compliant({ containers: [container({}, { readinessProbe: { httpGet: { host: "" } } })] }),
  withContext({ privileged: false, procMount: "Default", windowsOptions: { hostProcess: false } }),
  withContext({ capabilities: { drop: ["KILL", "ALL"], add: ["NET_BIND_SERVICE"] } }),
  compliant({}, { sysctls: [{ name: "net.ipv4.tcp_wmem" }, { name: "kernel.shm_rmid_forced" }] }),
  compliant({
    volumes: ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"].map((source) => ({
      name: "v",
      [source]: {},
    })),
  }),
  compliant({
    volumes: ["persistentVolumeClaim", "projected", "secret"].map((source) => ({ name: "v", [source]: {} })),
  }),
  compliant(
    { containers: [container({ runAsNonRoot: true, seccompProfile: { type: "Localhost" } })] },
    { runAsNonRoot: undefined, seccompProfile: undefined },
  ),
  withContext({ runAsUser: 1 }),
];

describe.each(bothWays("pod-security-standards", policy))("the standards %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });
  const run = (spec: PodSpec, settings: object) => runner.run({ object: pod(spec), settings });

  it.each(forbiddenByBaseline)("policies-and-sdk 44: both levels forbid %j", async (spec, text) => {
    expect(await run(spec, baseline)).toEqual(violating("baseline:latest", text));
    expect(await run(spec, restricted)).toEqual(violating("restricted:latest", text));
  });

  it.each(forbiddenByLevel)("policies-and-sdk 44: restricted forbids %j", async (spec, lower, text) => {
    expect(await run(spec, baseline)).toEqual(
      lower === undefined ? accepted : violating("baseline:latest", lower),
    );
    expect(await run(spec, restricted)).toEqual(violating("restricted:latest", text));
  });

  it.each(allowedByRestricted.map((spec) => [spec]))(
    "policies-and-sdk 44: both levels allow %j",
    async (spec) => {
      expect(await run(spec, baseline)).toEqual(accepted);
      expect(await run(spec, restricted)).toEqual(accepted);
    },
  );

  it("policies-and-sdk 22, 44: names all violations and containers, in the order of the API server", async () => {
    const one = (name: string) => ({ ...container({ privileged: true, runAsNonRoot: false }), name });
    const spec = compliant({
      containers: [one("a")],
      initContainers: [one("i")],
      ephemeralContainers: [one("e")],
      hostPID: true,
    });
    expect(await run(spec, restricted)).toEqual(
      violating(
        "restricted:latest",
        "host namespaces (hostPID=true)",
        'privileged (containers "i", "a", "e" must not set securityContext.privileged=true)',
        'runAsNonRoot != true (containers "i", "a", "e" must not set securityContext.runAsNonRoot=false)',
      ),
    );
  });
});

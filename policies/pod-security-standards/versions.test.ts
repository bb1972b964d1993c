import type { PodSpec } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod } from "../workloads.ts";
import { accepted, compliant, container, restricted, violating, withContext } from "./compliant-pod.ts";
import { policy } from "./policy.ts";

const windows = compliant(
  { os: { name: "windows" }, containers: [{ name: "c" }] },
  { seccompProfile: undefined },
);
const ownUsers = compliant({ hostUsers: false }, { runAsNonRoot: false, runAsUser: 0 });

describe.each(bothWays("pod-security-standards", policy))(
  "versions of the standards %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });
    const run = (spec: PodSpec, settings: object) => runner.run({ object: pod(spec), settings });

    it.each<[PodSpec, string, string, string, string | undefined]>([
      [
        withContext({ allowPrivilegeEscalation: true }),
        "restricted",
        "v1.7",
        "v1.8",
        "allowPrivilegeEscalation != false",
      ],
      [compliant({}, { seccompProfile: undefined }), "restricted", "v1.18", "v1.19", "seccompProfile"],
      [compliant({}, { seccompProfile: { type: "x" } }), "baseline", "v1.18", "v1.19", "seccompProfile"],
      [withContext({ capabilities: {} }), "restricted", "v1.21", "v1.22", "unrestricted capabilities"],
      [compliant({}, { runAsUser: 0 }), "restricted", "v1.22", "v1.23", "runAsUser=0"],
      [windows, "restricted", "v1.25", "v1.24", "allowPrivilegeEscalation != false"],
      [
        compliant({}, { sysctls: [{ name: "net.ipv4.ip_local_reserved_ports" }] }),
        "baseline",
        "v1.27",
        "v1.26",
        "forbidden sysctls",
      ],
      [
        compliant({}, { sysctls: [{ name: "net.ipv4.tcp_fin_timeout" }] }),
        "baseline",
        "v1.29",
        "v1.28",
        "forbidden sysctls",
      ],
      [
        compliant({}, { sysctls: [{ name: "net.ipv4.tcp_rmem" }] }),
        "baseline",
        "v1.32",
        "v1.31",
        "forbidden sysctls",
      ],
      [
        compliant({}, { seLinuxOptions: { type: "container_engine_t" } }),
        "baseline",
        "v1.31",
        "v1.30",
        "seLinuxOptions",
      ],
      [
        compliant({ containers: [container({}, { livenessProbe: { tcpSocket: { host: "h" } } })] }),
        "baseline",
        "v1.33",
        "v1.34",
        "probe or lifecycle host",
      ],
      [ownUsers, "restricted", "v1.35", "v1.34", "runAsNonRoot != true"],
      [
        compliant({ hostUsers: false, containers: [container({ procMount: "Unmasked" })] }),
        "baseline",
        "v1.35",
        "v1.34",
        "procMount",
      ],
    ])(
      "policies-and-sdk 44: %j for %s: allowed by %s, not by %s",
      async (spec, level, allowing, forbidding, reason) => {
        expect(await run(spec, { level, version: allowing })).toEqual(accepted);
        const outcome = await run(spec, { level, version: forbidding });
        expect(outcome.message).toContain(`violates PodSecurity "${level}:${forbidding}": ${reason} (`);
      },
    );

    it("policies-and-sdk 44: restricted does not relax procMount for pods with users of their own", async () => {
      const spec = compliant({ hostUsers: false, containers: [container({ procMount: "Unmasked" })] });
      const text = 'procMount (container "c" must not set securityContext.procMount to "Unmasked")';
      expect(await run(spec, restricted)).toEqual(violating("restricted:latest", text));
    });

    it.each([
      [
        { "container.apparmor.security.beta.kubernetes.io/c": "unconfined" },
        "latest",
        'forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
      ],
      [
        {
          "container.seccomp.security.alpha.kubernetes.io/c": "x",
          "seccomp.security.alpha.kubernetes.io/pod": "y",
        },
        "v1.18",
        'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/c="x", seccomp.security.alpha.kubernetes.io/pod="y")',
      ],
      [{ "container.apparmor.security.beta.kubernetes.io/c": "localhost/a" }, "latest", undefined],
      [{ "seccomp.security.alpha.kubernetes.io/pod": "x" }, "v1.19", undefined],
      [{ "seccomp.security.alpha.kubernetes.io/pod": "docker/default" }, "v1.18", undefined],
    ])("policies-and-sdk 44: annotations %j, %s", async (annotations, version, text) => {
      const object = { ...pod(compliant()), metadata: { annotations } };
      const outcome = await runner.run({ object, settings: { level: "baseline", version } });
      expect(outcome).toEqual(text === undefined ? accepted : violating(`baseline:${version}`, text));
    });
  },
);

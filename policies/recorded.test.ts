import { join } from "node:path";
import {
  GuestError,
  type LoadedPolicy,
  load,
  type Outcome,
  type RunOptions,
} from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../tests/support/requirements.ts";
import { differences as allowPrivilegeEscalation } from "./allow-privilege-escalation-psp/differences.ts";
import { differences as allowedFsGroups } from "./allowed-fsgroups-psp/differences.ts";
import { differences as allowedProcMountTypes } from "./allowed-proc-mount-types-psp/differences.ts";
import { differences as annotations } from "./annotations/differences.ts";
import { differences as apparmor } from "./apparmor-psp/differences.ts";
import { buildPolicies } from "./build.ts";
import { differences as capabilities } from "./capabilities-psp/differences.ts";
import { differences as containerResources } from "./container-resources/differences.ts";
import { differences as deprecatedApiVersions } from "./deprecated-api-versions/differences.ts";
import type { Difference } from "./difference.ts";
import { differences as loadBalancer } from "./disallow-service-loadbalancer/differences.ts";
import { differences as nodePort } from "./disallow-service-nodeport/differences.ts";
import { differences as webhookServices } from "./do-not-expose-admission-controller-webhook-services/differences.ts";
import { differences as echo } from "./echo/differences.ts";
import { differences as secretsScanner } from "./env-variable-secrets-scanner/differences.ts";
import { differences as environmentVariable } from "./environment-variable-policy/differences.ts";
import { differences as flexvolumeDrivers } from "./flexvolume-drivers-psp/differences.ts";
import { differences as serviceAccount } from "./high-risk-service-account/differences.ts";
import { differences as hostNamespaces } from "./host-namespaces-psp/differences.ts";
import { differences as hostpaths } from "./hostpaths-psp/differences.ts";
import { differences as imageCve } from "./image-cve-policy/differences.ts";
import { differences as ingress } from "./ingress/differences.ts";
import { differences as labels } from "./labels/differences.ts";
import { differences as labelPropagator } from "./namespace-label-propagator/differences.ts";
import { differences as policyServerMapper } from "./ns-policyserver-mapper/differences.ts";
import { differences as storageClass } from "./persistentvolumeclaim-storageclass-policy/differences.ts";
import { differences as podNdots } from "./pod-ndots/differences.ts";
import { differences as podPrivileged } from "./pod-privileged/differences.ts";
import { differences as podRuntime } from "./pod-runtime/differences.ts";
import { differences as priorityClass } from "./priority-class-policy/differences.ts";
import { differences as probes } from "./probes/differences.ts";
import { differences as psaLabelEnforcer } from "./psa-label-enforcer/differences.ts";
import { differences as projectLabels } from "./rancher-project-propagate-labels/differences.ts";
import { differences as projectQuotas } from "./rancher-project-quotas-namespace-validator/differences.ts";
import { differences as rawMutation } from "./raw-mutation/differences.ts";
import { differences as rawValidation } from "./raw-validation/differences.ts";
import { differences as readonlyRootFilesystem } from "./readonly-root-filesystem-psp/differences.ts";
import {
  type Comparable,
  ours,
  type RecordedCase,
  type Recording,
  readRecording,
  runOptions,
  sortedSets,
  theirs,
} from "./recorded.ts";
import { differences as runtimeEnforcer } from "./runtime-enforcer/differences.ts";
import { differences as safeAnnotations } from "./safe-annotations/differences.ts";
import { differences as safeLabels } from "./safe-labels/differences.ts";
import { differences as seccomp } from "./seccomp-psp/differences.ts";
import { differences as selinux } from "./selinux-psp/differences.ts";
import { differences as sharePidNamespace } from "./share-pid-namespace-policy/differences.ts";
import { differences as sleeping } from "./sleeping/differences.ts";
import { differences as sysctl } from "./sysctl-psp/differences.ts";
import { differences as trustedRepos } from "./trusted-repos/differences.ts";
import { differences as uniqueIngress } from "./unique-ingress-policy/differences.ts";
import { differences as uniqueSelector } from "./unique-service-selector-policy/differences.ts";
import { differences as userGroup } from "./user-group-psp/differences.ts";
import { differences as imageSignatures } from "./verify-image-signatures/differences.ts";
import { differences as volumeMounts } from "./volumemounts/differences.ts";
import { differences as volumes } from "./volumes-psp/differences.ts";

const policies: readonly (readonly [string, string, readonly Difference[]])[] = [
  ["pod-privileged", "pod-privileged-policy", podPrivileged],
  ["safe-labels", "safe-labels-policy", safeLabels],
  ["capabilities-psp", "capabilities-psp-policy", capabilities],
  ["allow-privilege-escalation-psp", "allow-privilege-escalation-psp-policy", allowPrivilegeEscalation],
  ["host-namespaces-psp", "host-namespaces-psp-policy", hostNamespaces],
  ["hostpaths-psp", "hostpaths-psp-policy", hostpaths],
  ["volumes-psp", "volumes-psp-policy", volumes],
  ["readonly-root-filesystem-psp", "readonly-root-filesystem-psp-policy", readonlyRootFilesystem],
  ["sysctl-psp", "sysctl-psp-policy", sysctl],
  ["apparmor-psp", "apparmor-psp-policy", apparmor],
  ["allowed-proc-mount-types-psp", "allowed-proc-mount-types-psp-policy", allowedProcMountTypes],
  ["flexvolume-drivers-psp", "flexvolume-drivers-psp-policy", flexvolumeDrivers],
  ["share-pid-namespace-policy", "share-pid-namespace-policy", sharePidNamespace],
  ["raw-validation", "raw-validation-policy", rawValidation],
  ["labels", "labels-policy", labels],
  ["annotations", "annotations-policy", annotations],
  ["environment-variable-policy", "environment-variable-policy", environmentVariable],
  ["safe-annotations", "safe-annotations-policy", safeAnnotations],
  ["priority-class-policy", "priority-class-policy", priorityClass],
  ["persistentvolumeclaim-storageclass-policy", "persistentvolumeclaim-storageclass-policy", storageClass],
  ["ingress", "ingress-policy", ingress],
  ["trusted-repos", "trusted-repos-policy", trustedRepos],
  ["container-resources", "container-resources-policy", containerResources],
  ["deprecated-api-versions", "deprecated-api-versions-policy", deprecatedApiVersions],
  ["disallow-service-loadbalancer", "disallow-service-loadbalancer-policy", loadBalancer],
  ["disallow-service-nodeport", "disallow-service-nodeport-policy", nodePort],
  ["env-variable-secrets-scanner", "env-variable-secrets-scanner-policy", secretsScanner],
  ["unique-ingress-policy", "unique-ingress-policy", uniqueIngress],
  ["unique-service-selector-policy", "unique-service-selector-policy", uniqueSelector],
  ["high-risk-service-account", "high-risk-service-account-policy", serviceAccount],
  [
    "do-not-expose-admission-controller-webhook-services",
    "do-not-expose-admission-controller-webhook-services-policy",
    webhookServices,
  ],
  ["namespace-label-propagator", "namespace-label-propagator-policy", labelPropagator],
  ["pod-ndots", "pod-ndots-policy", podNdots],
  ["pod-runtime", "pod-runtime-class-policy", podRuntime],
  ["probes", "probes-policy", probes],
  ["volumemounts", "volumeMounts-policy", volumeMounts],
  ["allowed-fsgroups-psp", "allowed-fsgroups-psp-policy", allowedFsGroups],
  ["psa-label-enforcer", "psa-label-enforcer-policy", psaLabelEnforcer],
  ["seccomp-psp", "seccomp-psp-policy", seccomp],
  ["selinux-psp", "selinux-psp-policy", selinux],
  ["user-group-psp", "user-group-psp-policy", userGroup],
  ["image-cve-policy", "image-cve-policy", imageCve],
  ["rancher-project-propagate-labels", "rancher-project-propagate-labels", projectLabels],
  ["ns-policyserver-mapper", "ns-policyserver-mapper-policy", policyServerMapper],
  ["runtime-enforcer", "runtime-enforcer-policy", runtimeEnforcer],
  ["rancher-project-quotas-namespace-validator", "rancher-project-quotas-namespace-validator", projectQuotas],
  ["verify-image-signatures", "verify-image-signatures", imageSignatures],
  ["echo", "echo", echo],
  ["raw-mutation", "raw-mutation-policy", rawMutation],
  ["sleeping", "sleeping-policy", sleeping],
];

/** Texts of the policy's own that end in what the original's decoder says; ours begin with these as well. */
const policyPrefixes = [
  "Error deserializing Pod specification: ",
  "Priority class policy failed to extract PodSpec from the request : ",
];
/** Texts that end in what the original's decoder says: there the refusal is compared, not the words behind these. */
const decoderPrefixes = [
  ...policyPrefixes,
  "Error invoking settings validation callback: ",
  "Provided settings are not valid: json: ",
  "error deserializing JSON data: ",
  "invalid type: ",
  "invalid value: ",
  "json: ",
];

const { skip } = requires("shared-data");

describe.skipIf(skip).each(policies)(
  "policies-and-sdk 3: answers as recorded: %s",
  (folder, recordedAs, differences) => {
    let recording: Recording;
    let policy: LoadedPolicy;
    const needed = new Set<Difference>();

    beforeAll(async () => {
      recording = await readRecording(recordedAs);
      const outDir = join(import.meta.dirname, "..", "dist", "policies");
      const [file] = await buildPolicies({ only: [folder], outDir });
      policy = await load(file!.path);
    });

    it("on settings, requests, and in each listed difference", async () => {
      const failures: string[] = [];
      for (const recorded of recording.cases) {
        const check = recorded.request === undefined ? checkSettings : checkAnswer;
        if ((await check(recorded, [])) === undefined) continue;
        const about = differences.filter((difference) => isAbout(difference, recorded));
        const problem = await check(recorded, about);
        for (const difference of about) needed.add(difference);
        if (problem !== undefined)
          failures.push(`${recorded.settings} ${recorded.request ?? ""}: ${problem}`);
      }
      expect(failures).toEqual([]);
      const stale = differences.filter((difference) => !needed.has(difference));
      expect(stale, "differences that are none any more").toEqual([]);
    });

    async function checkSettings(recorded: RecordedCase, about: readonly Difference[]) {
      const { valid, message } = await policy.validateSettings(recording.settings[recorded.settings]);
      const received = valid ? null : (message ?? "");
      const texts = recorded.settingsErrorAnyOf ?? [recorded.settingsError ?? ""];
      const answer = about.find(({ settingsMessage }) => settingsMessage !== undefined);
      const expected = answer?.settingsMessage === undefined ? texts : [answer.settingsMessage];
      if (expected.some((text) => sameText(text, received))) return undefined;
      return `expected ${expected.join(" or ")}, received ${received}`;
    }

    async function checkAnswer(recorded: RecordedCase, about: readonly Difference[]) {
      const options = runOptions(recording, recorded);
      const object = "raw" in options ? options.raw : options.object;
      const received = ours(await answerOf(options), object);
      const hostProblem = options.host.problem();
      if (hostProblem !== undefined && !about.some(({ otherHostCalls }) => otherHostCalls))
        return hostProblem;
      const rewrites = about.flatMap(({ rewrite }) => rewrite ?? []);
      const without = about.flatMap(({ withoutOperations }) => withoutOperations ?? []);
      const recordedAnswers = recorded.anyOf ?? [recorded.response!];
      const answer = about.find((difference) => difference.answer !== undefined)?.answer;
      const expected = answer
        ? [{ message: undefined, code: undefined, object: received.object, ...answer }]
        : recordedAnswers.map((response) => rewritten(theirs(response, object, without), rewrites));
      const comparison = recorded.unordered ? sameUnordered : same;
      if (expected.some((wanted) => comparison(wanted, received))) return undefined;
      return `expected ${expected.map((wanted) => JSON.stringify(wanted)).join(" or ")}, received ${JSON.stringify(received)}`;
    }

    /** A guest error is what a host makes of it: a rejection. */
    async function answerOf(options: RunOptions): Promise<Outcome> {
      try {
        return await policy.run(options);
      } catch (error) {
        if (!(error instanceof GuestError)) throw error;
        return { accepted: false, message: error.message, code: 500 };
      }
    }
  },
);

function isAbout({ settings, requests, settingsMessage }: Difference, recorded: RecordedCase): boolean {
  if (settings?.includes(recorded.settings) === false) return false;
  if (recorded.request === undefined) return settingsMessage !== undefined;
  return settingsMessage === undefined && requests?.includes(recorded.request) !== false;
}

function rewritten(answer: Comparable, rewrites: readonly ((text: string) => string)[]): Comparable {
  const message = answer.message && rewrites.reduce((text, rewrite) => rewrite(text), answer.message);
  return { ...answer, message };
}

/** The same words, in whatever order. */
function sameUnordered(expected: Comparable, received: Comparable): boolean {
  const words = (answer: Comparable): Comparable => {
    const sortedWords = answer.message?.split(/[\s,.]+/).sort();
    return { ...answer, message: sortedWords?.join(" ") };
  };
  return same(expected, received) || same(words(expected), words(received));
}

function same(expected: Comparable, received: Comparable): boolean {
  const { message: wantedText, ...wanted } = expected;
  const { message: text, ...rest } = received;
  return (
    sameText(wantedText ?? null, text ?? null) &&
    JSON.stringify(sorted(wanted)) === JSON.stringify(sorted(rest))
  );
}

function sameText(expected: string | null, received: string | null): boolean {
  if (expected === null || received === null) return expected === received;
  const prefix = decoderPrefixes.find((candidate) => expected.startsWith(candidate));
  if (prefix === undefined) return sortedSets(expected) === sortedSets(received);
  return policyPrefixes.includes(prefix) ? received.startsWith(prefix) : received !== "";
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

import { readFile } from "node:fs/promises";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import type { Evaluator } from "@kubewarden-ts/policy-evaluation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { heardOf } from "../guests/heard.ts";
import { connectHost } from "../support/connected-host.ts";
import { startPolicies, validate } from "../support/evaluated.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy } from "../support/text-guest.ts";
import { controlPlane } from "./control-plane.ts";
import { openShop } from "./shop.ts";

const configMaps = { api_version: "v1", kind: "ConfigMap" };
const contextAwareResources = [
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Namespace" },
];
const builds = [
  ["go-host-calls", "wasi"],
  ["go-host-calls-wapc", "kubewarden-wapc"],
] as const;
const item = (namespace: string, name: string, data: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: expect.objectContaining({ namespace, name, managedFields: [] }),
  data,
});
const listOf = (...items: object[]) => ({
  answer: { apiVersion: "v1", kind: "ConfigMapList", metadata: {}, items },
});
const failure = (text: string) => ({ error: `Callback evaluation failure: ${text}` });

interface Place {
  readonly front: string;
  readonly suite: string;
  /** an account that may get ConfigMaps of the namespace `front` */
  readonly reader: string;
}

/** Which call with which input, and what comes of it. */
const calls: [
  what: string,
  call: string,
  input: (place: Place) => unknown,
  heard: (place: Place) => object,
][] = [
  [
    "policy-runtime 35: a list of a namespace",
    "list-resources-by-namespace",
    ({ front }) => ({ ...configMaps, namespace: front, label_selector: "app=web" }),
    ({ front }) => listOf(item(front, "web", { color: "blue", size: "big" })),
  ],
  [
    "policy-runtime 35, 36: a list of everywhere with masks",
    "list-resources",
    ({ suite }) => ({
      ...{ ...configMaps, label_selector: suite, field_selector: "metadata.name=db" },
      field_masks: ["data.color"],
    }),
    ({ front }) => listOf(item(front, "db", { color: "red" })),
  ],
  [
    "policy-runtime 35: an object",
    "get-resource",
    ({ front }) => ({ ...configMaps, namespace: front, name: "db", disable_cache: false }),
    () => ({ answer: expect.objectContaining({ kind: "ConfigMap", data: { color: "red" } }) }),
  ],
  [
    "policy-runtime 35: an object that is not there",
    "get-resource",
    ({ front }) => ({ ...configMaps, namespace: front, name: "none", disable_cache: true }),
    ({ front }) => failure(`Cannot find v1/ConfigMap named 'none' inside of namespace 'Some("${front}")'`),
  ],
  [
    "policy-runtime 35, 37: what somebody may do",
    "can-i",
    ({ front, reader }) => review(reader, { verb: "get", namespace: front }),
    () => ({ answer: expect.objectContaining({ allowed: true }) }),
  ],
  [
    "policy-runtime 35, 37: what somebody may not do",
    "can-i",
    ({ front, reader }) => review(reader, { verb: "delete", namespace: front }),
    () => ({ answer: expect.objectContaining({ allowed: false }) }),
  ],
  [
    "policy-runtime 34: a kind that was not granted",
    "list-resources",
    () => ({ api_version: "v1", kind: "Secret" }),
    () => ({
      error:
        "Policy has not been granted access to Kubernetes v1/Secret resources. The violation has been reported.",
    }),
  ],
  [
    "policy-runtime 35: a namespace of a kind that has none",
    "list-resources-by-namespace",
    () => ({ api_version: "v1", kind: "Namespace", namespace: "default" }),
    () => failure("resource v1/Namespace is cluster wide. Cannot search for it inside of a namespace"),
  ],
];

function review(user: string, more: object): object {
  const resourceAttributes = { group: "", resource: "configmaps", ...more };
  return { subject_access_review: { user, resourceAttributes }, disable_cache: false };
}

const skip = requires("kubernetes").skip || requires("go").skip;
describe.skipIf(skip)("host calls of guests by the Go SDK on a real cluster", () => {
  let place: Place;
  let evaluator: Evaluator;
  const started = new AsyncDisposableStack();
  beforeAll(async () => {
    const plane = await controlPlane();
    const { front, suite } = await openShop(plane);
    const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };
    const { username: reader } = await plane.createServiceAccount(front, { namespaced: [rule] });
    place = { front, suite, reader };
    const { url, adminToken: token, ca } = plane;
    const { serve } = started.use(connectHost({ access: staticAccess(url, { token, tls: { ca } }) }));
    const modules: Record<string, Uint8Array> = {};
    const policies: Record<string, object> = {};
    for (const [module, executionMode] of builds) {
      modules[module] = asPolicy(await readFile(guestModulePath(module)), { executionMode });
      for (const [index, [, call, input]] of calls.entries()) {
        const settings = { call, input: input(place) };
        policies[`${module}-${index}`] = { module, settings, contextAwareResources, hostCapabilities: ["*"] };
      }
    }
    evaluator = started.use(await startPolicies(policies, { modules, serve }));
  });
  afterAll(() => started.disposeAsync());

  describe.each(builds)("%s", (module) => {
    it.each(calls.map(([what, , , heard], index) => [what, index, heard] as const))(
      "%s",
      async (_what, index, heard) => {
        expect(heardOf(await validate(evaluator, `${module}-${index}`))).toEqual(heard(place));
      },
    );
  });
});

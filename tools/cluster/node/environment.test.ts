import { describe, expect, it } from "vitest";
import { containerEnvironment } from "./environment.ts";
import type { EnvironmentVariable, RunnablePod } from "./pod-spec.ts";
import type { VolumeSources } from "./volumes.ts";

const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { k: "dg==" } };
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { k: "w" } };
const sources: VolumeSources = {
  secret: (name) => (name === "s" ? secret : undefined),
  configMap: (name) => (name === "c" ? configMap : undefined),
};
const mounts = new Map([
  ["/pki", "/here/pki"],
  ["/ca", "/here/ca"],
  ["/client-ca", "/here/client"],
]);

function environmentOf(env: EnvironmentVariable[]): Record<string, string> {
  const container = { name: "c", image: "i", env, volumeMounts: [] };
  const pod: RunnablePod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: {
      nodeName: "local",
      serviceAccountName: "sa",
      terminationGracePeriodSeconds: 1,
      containers: [container],
      volumes: [],
    },
  };
  return containerEnvironment({ pod, container, podIP: "127.0.0.9", mounts, sources });
}

describe("containerEnvironment", () => {
  it.each<[string, EnvironmentVariable, string]>([
    ["a value", { name: "A", value: "x" }, "x"],
    ["no value", { name: "A" }, ""],
    ["a path below a mount", { name: "A", value: "/pki/tls.crt" }, "/here/pki/tls.crt"],
    [
      "a list of such paths",
      { name: "A", value: "/ca/ca.crt,/client-ca/c" },
      "/here/ca/ca.crt,/here/client/c",
    ],
    ["a path that only begins alike", { name: "A", value: "/pki-other" }, "/pki-other"],
    ["a Secret", { name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }, "v"],
    ["a ConfigMap", { name: "A", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }, "w"],
    ["the Pod's address", { name: "A", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }, "127.0.0.9"],
    ["the namespace", { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }, "n"],
  ])("takes %s", (_row, variable, expected) => {
    expect(environmentOf([variable])).toEqual({ A: expected });
  });

  it("lets later entries win, and puts in what came before", () => {
    const env = [
      { name: "A", value: "1" },
      { name: "B", value: "$(A)-$(C)" },
      { name: "A", value: "2" },
    ];
    expect(environmentOf(env)).toEqual({ A: "2", B: "1-$(C)" });
  });

  it("leaves out what is optional and not there", () => {
    const reference = { name: "x", key: "k", optional: true };
    expect(environmentOf([{ name: "A", valueFrom: { secretKeyRef: reference } }])).toEqual({});
  });

  it.each<[string, EnvironmentVariable["valueFrom"], string]>([
    ["Secret", { secretKeyRef: { name: "x", key: "k" } }, "env A: Secret x has no key k"],
    ["key", { configMapKeyRef: { name: "c", key: "z" } }, "env A: ConfigMap c has no key z"],
    ["field", { fieldRef: { fieldPath: "spec.x" } }, "our node knows no field spec.x"],
    ["source", {}, "env A: our node knows no such valueFrom"],
  ])("refuses a %s that is not there", (_row, valueFrom, problem) => {
    expect(() => environmentOf([{ name: "A", ...(valueFrom && { valueFrom }) }])).toThrow(problem);
  });
});

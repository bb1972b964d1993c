import { describe, expect, it } from "vitest";
import { type Deed, testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { samplePayloads, sampleResource } from "../../packages/host-capabilities/fixtures/sample-payloads.ts";
import { capabilities } from "../../packages/host-capabilities/src/table.ts";
import { expectations } from "./grants/expectations.ts";
import { disguises } from "./grants/names.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const granted = capabilities.filter(({ path }) => expectations[path].needs.startsWith("grant"));
const readers = capabilities.filter(({ path }) => expectations[path].needs === "grant and resource");

interface Call {
  readonly binding: string;
  readonly namespace: string;
  readonly operation: string;
  readonly payload: Uint8Array;
}

/** What comes of a call as it stands: the error, and what the host was asked. */
async function callAs(
  call: Call,
  patterns: readonly string[],
): Promise<{ error: string; deeds: readonly Deed[] }> {
  const { dispatcher, deeds } = testPolicy({ patterns, contextAwareResources: [sampleResource] });
  try {
    const answer = await dispatcher.call(call);
    return { error: `answered ${new TextDecoder().decode(answer)}`, deeds };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), deeds };
  }
}

/** Every place between two segments where a path may be cut into namespace and operation. */
function cuts(path: string): [namespace: string, operation: string][] {
  const segments = path.split("/");
  return Array.from({ length: segments.length + 1 }, (_, at) => [
    segments.slice(0, at).join("/"),
    segments.slice(at).join("/"),
  ]);
}

describe("a capability by another name", () => {
  it.each(granted.map(({ path }) => path))("policy-runtime 32: %s is nobody else", async (path) => {
    const [namespace = "", ...rest] = path.split("/");
    const operation = rest.join("/");
    const payload = encode(JSON.stringify(samplePayloads[path][0]));
    const names = [
      ...disguises(namespace).map((name) => ({ namespace: name, operation })),
      ...disguises(operation).map((name) => ({ namespace, operation: name })),
      ...cuts(path).map(([name, rest]) => ({ namespace: name, operation: rest })),
    ].filter((name) => name.namespace !== namespace || name.operation !== operation);
    for (const name of names) {
      for (const patterns of [[path], ["*"], [`${namespace}/*`]]) {
        const { error, deeds } = await callAs({ binding: "kubewarden", ...name, payload }, patterns);
        expect({ name, deeds }).toEqual({ name, deeds: [] });
        expect({ name, error }).toEqual({
          name,
          error: expect.stringMatching(
            /^(?:unknown (?:namespace|operation): |Policy has not been granted access)/,
          ),
        });
      }
    }
  });

  it.each(disguises("kubewarden"))("policy-runtime 32: the binding %j is unknown", async (binding) => {
    const call = { binding, namespace: "net", operation: "v1/dns_lookup_host", payload: encode('"h"') };
    expect(await callAs(call, ["*"])).toEqual({ error: `unknown binding: ${binding}`, deeds: [] });
  });

  it.each([...disguises("log"), "trace", "../kubernetes/can_i", "log/../../kubernetes/can_i"])(
    "policy-runtime 34: the open namespace tracing does not open %j",
    async (operation) => {
      const payload = encode(JSON.stringify(samplePayloads["kubernetes/can_i"][0]));
      const call = { binding: "kubewarden", namespace: "tracing", operation, payload };
      expect(await callAs(call, [])).toEqual({ error: `unknown operation: ${operation}`, deeds: [] });
    },
  );
});

const textOf = (members: readonly (readonly [key: string, value: string])[]) =>
  `{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;

describe("a resource by another name", () => {
  const kinds = [
    ...disguises("Namespace"),
    "namespaces",
    "namespace",
    "NamespaceList",
    "Secret",
    "Namespace,Secret",
  ];
  const versions = [
    ...disguises("v1"),
    "apps/v1",
    "/v1",
    "v1/v1",
    "core/v1",
    "v1beta1",
    "apis/v1",
    "../apis/apps/v1",
  ];
  const wanted = [
    ...kinds.map((kind) => ({ api_version: "v1", kind })),
    ...versions.map((api_version) => ({ api_version, kind: "Namespace" })),
  ];
  it.each(readers.map(({ path }) => path))(
    "policy-runtime 34: %s reads only what is listed",
    async (path) => {
      const sample = samplePayloads[path][0] as object;
      const [namespace = "", operation = ""] = path.split("/");
      for (const resource of wanted) {
        const payload = encode(JSON.stringify({ ...sample, ...resource }));
        const call = { binding: "kubewarden", namespace, operation, payload };
        const { error, deeds } = await callAs(call, ["*"]);
        expect({ error, deeds }).toEqual({
          error: `Policy has not been granted access to Kubernetes ${resource.api_version}/${resource.kind} resources. The violation has been reported.`,
          deeds: [],
        });
      }
    },
  );

  /** Documents in which the one who checks and the one who does could read another resource. */
  const forged: [what: string, text: string, error: string | RegExp][] = [
    [
      "two kinds, the listed one last",
      textOf([
        ["api_version", "v1"],
        ["kind", "Secret"],
        ["kind", "Namespace"],
        ["name", "x"],
        ["namespace", "n"],
      ]),
      "invalid payload: duplicate field `kind`",
    ],
    [
      "two kinds, the listed one first",
      textOf([
        ["api_version", "v1"],
        ["kind", "Namespace"],
        ["kind", "Secret"],
        ["name", "x"],
        ["namespace", "n"],
      ]),
      "invalid payload: duplicate field `kind`",
    ],
    [
      "two kinds, one with an escape",
      '{"api_version":"v1","kind":"Namespace","k\\u0069nd":"Secret","name":"x","namespace":"n","disable_cache":true}',
      "invalid payload: duplicate field `kind`",
    ],
    [
      "a kind that is inherited",
      '{"__proto__":{"kind":"Namespace"},"api_version":"v1","name":"x","namespace":"n","disable_cache":true}',
      /^invalid payload: kind: expected a value, received nothing$/,
    ],
    [
      "a list of kinds",
      '{"api_version":"v1","kind":["Namespace","Secret"],"name":"x","namespace":"n","disable_cache":true}',
      "invalid payload: kind: expected string, received Array",
    ],
    [
      "a resource under the names of Kubernetes",
      '{"apiVersion":"v1","api_version":"v1","kind":"Secret","Kind":"Namespace","name":"x","namespace":"n","disable_cache":true}',
      /^Policy has not been granted access to Kubernetes v1\/Secret resources\./,
    ],
    [
      "a list of two requests",
      '[{"api_version":"v1","kind":"Namespace"},{"api_version":"v1","kind":"Secret"}]',
      /^invalid payload: /,
    ],
    [
      "two documents",
      '{"api_version":"v1","kind":"Namespace"} {"api_version":"v1","kind":"Secret"}',
      /^invalid payload: /,
    ],
    [
      "half a character",
      '{"api_version":"v1","kind":"Namespace","name":"\\ud800","namespace":"n","disable_cache":true}',
      "invalid payload: lone surrogate in a string",
    ],
  ];
  const cells = readers.flatMap(({ path }) => forged.map((row) => [path, ...row] as const));
  it.each(cells)("policy-runtime 34: %s refuses %s", async (path, _what, text, error) => {
    const [namespace = "", operation = ""] = path.split("/");
    const call = { binding: "kubewarden", namespace, operation, payload: encode(text) };
    const told = await callAs(call, ["*"]);
    expect(told.deeds).toEqual([]);
    expect(told.error).toMatch(error);
  });

  it("policy-runtime 34: what a worker tells the host about its memory, no guest can tell", async () => {
    const { ask, deeds } = testPolicy({ contextAwareResources: [sampleResource] });
    const sample = samplePayloads["kubernetes/list_resources_all"][0] as object;
    for (const known_version of [1, Number.MAX_SAFE_INTEGER, "1", null]) {
      expect(await ask("kubernetes/list_resources_all", { ...sample, known_version })).toEqual({
        answer: "list",
      });
    }
    for (const { with: operands } of deeds) expect(JSON.stringify(operands)).not.toContain("known");
  });
});

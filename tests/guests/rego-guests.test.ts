import { describe, expect, it } from "vitest";
import { builtinProbes, opaCases } from "../support/opa-cases.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { type RegoGuest, requires } from "../support/requirements.ts";
import { loadRegoModule } from "./rego-module.ts";

function opaInput(labels: Record<string, string>) {
  return { request: { uid: "u1", object: { metadata: { labels } } } };
}
function gatekeeperInput(labels: Record<string, string>, parameters: object = {}) {
  return { parameters, review: { uid: "u1", object: { metadata: { labels } } } };
}
const patch = Buffer.from('[{"op":"replace","path":"/metadata/labels/stamp","value":"stamped"}]').toString(
  "base64",
);
const pod = { kind: "Pod", metadata: { name: "web", namespace: "shop" } };
const namespace = { kind: "Namespace", metadata: { name: "shop" } };

describe.skipIf(requires("opa").skip)("Rego policies compiled by opa", () => {
  it.each<RegoGuest>(["opa-labels", "opa-labels-v0"])("%s gives an AdmissionReview", async (name) => {
    const module = await loadRegoModule(name);
    const answers = (labels: Record<string, string>, settings: object) =>
      module.evaluate(opaInput(labels), settings);
    const review = (response: object) => [
      { result: expect.objectContaining({ kind: "AdmissionReview", response }) },
    ];
    expect(answers({}, {})).toEqual(review({ uid: "u1", allowed: true }));
    expect(answers({ forbidden: "" }, { message: "not here" })).toEqual(
      review({ uid: "u1", allowed: false, status: { message: "not here", code: 403 } }),
    );
    expect(answers({ stamp: "" }, {})).toEqual(
      review({ uid: "u1", allowed: true, patchType: "JSONPatch", patch }),
    );
  });

  it.each<RegoGuest>(["gatekeeper-labels", "gatekeeper-labels-v0"])("%s gives violations", async (name) => {
    const module = await loadRegoModule(name);
    expect(module.evaluate(gatekeeperInput({}), {})).toEqual([{ result: [] }]);
    const labels = { a: "", b: "" };
    expect(module.evaluate(gatekeeperInput(labels, { labels: ["a", "b", "c"] }), {})).toEqual([
      { result: ["a", "b"].map((label) => ({ msg: `label ${label} is set`, details: { label } })) },
    ]);
  });

  it.each<[RegoGuest, object, unknown]>([
    ["gatekeeper-always-happy", {}, []],
    ["gatekeeper-always-unhappy", {}, [{ msg: "failing as expected" }]],
    ["gatekeeper-answer", { answer: "malformed" }, "malformed"],
  ])("%s answers", async (name, parameters, result) => {
    const module = await loadRegoModule(name);
    expect(module.evaluate(gatekeeperInput({}, parameters), {})).toEqual([{ result }]);
  });

  it.each<RegoGuest>(["opa-answer", "gatekeeper-answer"])("%s can be undefined", async (name) => {
    const module = await loadRegoModule(name);
    expect(module.evaluate({ parameters: {} }, {})).toEqual([]);
  });

  it("opa-raw reads a request of any shape", async () => {
    const module = await loadRegoModule("opa-raw");
    const verdict = (user: string) => module.evaluate({ request: { user } }, { users: ["alice"] });
    expect(verdict("alice")).toEqual([{ result: { response: { uid: "", allowed: true } } }]);
    expect(verdict("bob")).toEqual([
      { result: { response: { uid: "", allowed: false, status: { message: "user bob is not known" } } } },
    ]);
  });

  it("opa-inventory names what its inventory holds", async () => {
    const module = await loadRegoModule("opa-inventory");
    const kubernetes = { namespaces: { shop: namespace }, pods: { shop: { web: pod } } };
    expect(module.evaluate(opaInput({}), { kubernetes })).toMatchObject([
      { result: { response: { status: { message: "namespaces/shop/Namespace, pods/shop/web/Pod" } } } },
    ]);
  });

  it("gatekeeper-inventory names what its inventory holds", async () => {
    const module = await loadRegoModule("gatekeeper-inventory");
    const inventory = {
      cluster: { v1: { Namespace: { shop: namespace } } },
      namespace: { shop: { v1: { Pod: { web: pod } } } },
    };
    expect(module.evaluate(gatekeeperInput({}), { inventory })).toEqual([
      { result: [{ msg: "cluster v1 Namespace shop, namespace shop v1 Pod web" }] },
    ]);
  });

  it("gatekeeper-unique-ingress finds the host of another Ingress, not its own", async () => {
    const module = await loadRegoModule("gatekeeper-unique-ingress");
    const ingress = (name: string, ...hosts: string[]) => ({
      metadata: { name, namespace: "shop" },
      spec: { rules: hosts.map((host) => ({ host })) },
    });
    const Ingress = { web: ingress("web", "a.test", "b.test"), old: ingress("old", "b.test") };
    const inventory = { namespace: { shop: { "networking.k8s.io/v1": { Ingress } } } };
    const violations = (object: object) =>
      module.evaluate({ parameters: {}, review: { object } }, { inventory });
    expect(violations(ingress("web", "a.test", "c.test"))).toEqual([{ result: [] }]);
    const msg = "host b.test belongs to the Ingress old of namespace shop";
    expect(violations(ingress("web", "b.test", "a.test"))).toEqual([
      { result: [{ msg, details: { host: "b.test" } }] },
    ]);
  });

  it.each<[RegoGuest, readonly string[]]>([
    ["opa-http-send", ["http.send"]],
    ["opa-endless", []],
    [
      "opa-builtins",
      expect.arrayContaining(["sprintf", "time.clock", "io.jwt.decode_verify", "units.parse"]),
    ],
  ])("%s asks its host for functions", async (name, functions) => {
    expect((await loadRegoModule(name)).hostFunctions).toEqual(functions);
  });

  it("carries the metadata that lies beside the source", () => {
    const text = Buffer.from(regoPolicy("opa-raw", { mutating: true })).toString("latin1");
    expect(text).toContain('"executionMode":"opa","policyType":"raw"');
    expect(text).toContain('"mutating":true');
  });
});

describe.skipIf(requires("opa").skip)("OPA's own test data", () => {
  it("gives cases by folder, with what they expect, and the texts of numbers", () => {
    const [first] = opaCases(["regexsplit"]);
    expect(first).toMatchObject({ folder: "regexsplit", modules: expect.any(Array), strictError: false });
    expect(WebAssembly.validate(Buffer.from(first?.wasm ?? []))).toBe(true);
    const all = [...opaCases()];
    expect(all.length).toBeGreaterThan(800);
    expect(all.some(({ wantErrorCode, strictError }) => wantErrorCode !== undefined && strictError)).toBe(
      true,
    );
    expect(all.some(({ inputTerm }) => inputTerm !== undefined)).toBe(true);
    expect(all.some(({ json }) => json.includes(":9223372036854775807}"))).toBe(true);
  });

  it("gives a module for each built-in function", () => {
    const probes = [...builtinProbes()];
    expect(probes.length).toBeGreaterThan(200);
    expect(probes.find(({ name }) => name === "time.now_ns")).toMatchObject({
      arity: 0,
      nondeterministic: true,
    });
    expect(probes.every(({ wasm }) => WebAssembly.validate(Buffer.from(wasm)))).toBe(true);
  });
});

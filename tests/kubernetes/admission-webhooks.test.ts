import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { requires } from "../support/requirements.ts";
import { serveAdmission, testLabel } from "./admission-server.ts";
import type { ApiAnswer, ApiRequest } from "./api-client.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources } from "./install-custom-resources.ts";

const run = promisify(execFile);
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const policy = { module: "registry://registry.example/p:v1", mutating: false, rules };
const group = {
  ...{ rules, expression: "a()", message: "no" },
  policies: { a: { module: "registry://registry.example/a:v1" } },
};
const server = { image: "registry.example/server:v1", replicas: 1 };
const finalizers = ["kubewarden.io/finalizer"];
const api = "/apis/policies.kubewarden.io";
const configurations = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";

type Kind = "PolicyServer" | "ClusterAdmissionPolicy" | "AdmissionPolicy" | "ClusterAdmissionPolicyGroup";
const plurals: Readonly<Record<Kind, string>> = {
  PolicyServer: "policyservers",
  ClusterAdmissionPolicy: "clusteradmissionpolicies",
  AdmissionPolicy: "admissionpolicies",
  ClusterAdmissionPolicyGroup: "clusteradmissionpolicygroups",
};

describe.skipIf(requires("kubernetes").skip)(
  "the webhooks for our own kinds, called by a real API server",
  () => {
    let plane: ControlPlane;
    let namespace: string;
    let serving: AsyncDisposable;
    const made = new Set<string>();
    let number = 0;

    beforeAll(async () => {
      plane = await controlPlane();
      namespace = await plane.createNamespace();
      await installCustomResources(plane.admin);
      serving = await serveAdmission(plane, namespace);
      await vi.waitFor(async () => {
        const { status } = await create("AdmissionPolicy", { ...policy, module: "" });
        expect(status).toBe(422);
      }, 10_000);
    }, 90_000);

    /** What is left keeps its finalizer: nobody reconciles here. */
    afterAll(async () => {
      await serving?.[Symbol.asyncDispose]();
      for (const path of made) {
        await plane.admin.request(path, { method: "PATCH", body: { metadata: { finalizers: null } } });
        await plane.admin.request(path, { method: "DELETE" });
      }
    });

    function objectOf(kind: Kind, spec: object, { version = "v1", metadata = {} } = {}) {
      number++;
      const labels = { [testLabel]: namespace };
      const name = `${namespace}-${number}`;
      const apiVersion = `policies.kubewarden.io/${version}`;
      return { apiVersion, kind, metadata: { name, labels, ...metadata }, spec };
    }

    const folderOf = (kind: Kind, version = "v1") =>
      `${api}/${version}/${kind === "AdmissionPolicy" ? `namespaces/${namespace}/` : ""}${plurals[kind]}`;

    async function create(kind: Kind, spec: object, options: Parameters<typeof objectOf>[2] = {}) {
      const folder = folderOf(kind, options.version);
      const body = objectOf(kind, spec, options);
      const answer = await plane.admin.request(folder, { method: "POST", body });
      if (answer.status === 201) made.add(pathOf(kind, answer));
      return answer;
    }
    const pathOf = (kind: Kind, { body }: ApiAnswer) => `${folderOf(kind)}/${body.metadata.name}`;
    const patch = (path: string, body: object, options: ApiRequest = {}) =>
      plane.admin.request(path, { method: "PATCH", body, ...options });

    it.each<[Kind, object, object]>([
      ["ClusterAdmissionPolicy", policy, {}],
      ["AdmissionPolicy", { ...policy, policyServer: "" }, {}],
      ["ClusterAdmissionPolicyGroup", group, {}],
    ])("controller 19: a new %s is stored with its defaults and nothing else", async (kind, spec) => {
      const { status, body } = await create(kind, spec);
      expect(status).toBe(201);
      const defaults = {
        policyServer: "default",
        mode: "protect",
        backgroundAudit: true,
        timeoutSeconds: 10,
      };
      expect(body["spec"]).toEqual({ ...spec, ...defaults });
      expect(body.metadata).toMatchObject({ finalizers });
    });

    it("controller 19: a new PolicyServer gets the finalizer, and gets it back", async () => {
      const created = await create("PolicyServer", server, { metadata: { finalizers: ["other.example/f"] } });
      expect(created.body["spec"]).toEqual(server);
      expect(created.body.metadata).toMatchObject({ finalizers: ["other.example/f", ...finalizers] });
      const patched = await patch(pathOf("PolicyServer", created), { metadata: { finalizers: null } });
      expect(patched.body.metadata).toMatchObject({ finalizers });
    });

    it("a policy with a generated name is admitted", async () => {
      const metadata = { name: undefined, generateName: "generated-" };
      expect(await create("AdmissionPolicy", policy, { metadata })).toMatchObject({ status: 201 });
    });

    it("controller 16: kubectl shows what is wrong", async () => {
      const object = objectOf("ClusterAdmissionPolicyGroup", {
        ...group,
        expression: "a() && b()",
        message: "",
      });
      expect(await kubectlCreate(object)).toBe(
        [
          `The ClusterAdmissionPolicyGroup "${object.metadata.name}" is invalid: `,
          '* spec.expression: Invalid value: "a() && b()": compilation failed: Function not found: b () (line 1, position 8)',
          "* spec.message: Required value: must be non-empty",
          "",
        ].join("\n"),
      );
    });

    it("controller 16: the refusal is a Status with its causes", async () => {
      const { status, body } = await create("AdmissionPolicy", { ...policy, rules: [] });
      expect(status).toBe(422);
      expect(body).toMatchObject({
        reason: "Invalid",
        message: expect.stringMatching(
          /^admission webhook "vadmissionpolicy\.kb\.io" denied the request: AdmissionPolicy\.policies\.kubewarden\.io "[^"]+" is invalid: spec\.rules: Required value: a value must be specified$/,
        ),
        details: {
          group: "policies.kubewarden.io",
          kind: "AdmissionPolicy",
          causes: [
            {
              reason: "FieldValueRequired",
              message: "Required value: a value must be specified",
              field: "spec.rules",
            },
          ],
        },
      });
    });

    it.each<[string, string[], string | undefined]>([
      [
        "good expressions",
        ["object.metadata.name != 'x'", "!authorizer.group('').resource('pods').check('get').allowed()"],
        undefined,
      ],
      [
        "one that is no bool",
        ["true", "1 + 1"],
        'spec.matchConditions[1].expression: Invalid value: "1 + 1": must evaluate to bool',
      ],
      [
        "one that does not compile",
        ["object.x ==", "true"],
        'spec.matchConditions[0].expression: Invalid value: "object.x ==": compilation failed: ERROR',
      ],
      ["one with an unknown variable", ["params.x"], "undeclared reference to 'params'"],
      [
        "two that are wrong",
        ["1", "true", "2"],
        'spec.matchConditions[2].expression: Invalid value: "2": must evaluate to bool',
      ],
    ])(
      "controller 16: conditions are checked by the API server itself: %s",
      async (_what, expressions, text) => {
        const matchConditions = expressions.map((expression, index) => ({ name: `c${index}`, expression }));
        const { status, body } = await create("ClusterAdmissionPolicy", { ...policy, matchConditions });
        expect(status).toBe(text === undefined ? 201 : 422);
        if (text !== undefined) expect(body["message"]).toContain(text);
        const stored = await plane.admin.request(`${configurations}/kubewarden-ts-match-conditions-check`);
        expect(stored.status).toBe(404);
      },
    );

    it.each([
      ["!a() || a() == true", 201, undefined],
      ["2 > 1", 422, 'spec.expression: Invalid value: "2 > 1": compilation failed: '],
      ["a() ? a() : b()", 422, "compilation failed: "],
      ["[1].all(x, x > 0)", 422, "compilation failed: "],
      ["123", 422, 'spec.expression: Invalid value: "123": must evaluate to bool'],
    ])(
      "controller 20: a group with the expression %j is answered with %d",
      async (expression, code, text) => {
        const { status, body } = await create("ClusterAdmissionPolicyGroup", { ...group, expression });
        expect(status).toBe(code);
        if (text !== undefined) expect(body["message"]).toContain(text);
      },
    );

    it("controller 17: what cannot change does not change", async () => {
      const created = await create("AdmissionPolicy", { ...policy, mode: "monitor" });
      const path = pathOf("AdmissionPolicy", created);
      expect(await patch(path, { spec: { policyServer: "other" } })).toMatchObject({
        status: 422,
        body: { message: expect.stringContaining("spec.policyServer: Forbidden: the field is immutable") },
      });
      expect((await patch(path, { spec: { mode: "protect" } })).status).toBe(200);
      expect(await patch(path, { spec: { mode: "monitor" } })).toMatchObject({
        status: 422,
        body: {
          message: expect.stringContaining(
            "spec.mode: Forbidden: field cannot transition from protect to monitor. Recreate instead.",
          ),
        },
      });
    });

    it("controller section 14: of two policies with one unique name the later is refused", async () => {
      const name = `collision-${namespace}`;
      await create("ClusterAdmissionPolicyGroup", group, { metadata: { name } });
      const { status, body } = await create("ClusterAdmissionPolicy", policy, {
        metadata: { name: `group-${name}` },
      });
      expect(status).toBe(422);
      expect(body["message"]).toContain(
        `its unique name "clusterwide-group-${name}" is that of ClusterAdmissionPolicyGroup "${name}" already`,
      );
    });

    it("controller section 14: a policy of a namespace for everything is admitted with a warning", async () => {
      const everything = [{ ...rules[0], apiGroups: ["*"], resources: ["*"] }];
      const { status, warnings } = await create("AdmissionPolicy", { ...policy, rules: everything });
      expect(status).toBe(201);
      const expected = ["is where policy servers run", "all resources of all API groups"];
      expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)));
    });

    it("controller 45: a PolicyServer whose pull secret is gone can be deleted", async () => {
      const secrets = `/api/v1/namespaces/${namespace}/secrets`;
      const data = { ".dockerconfigjson": Buffer.from("{}").toString("base64") };
      const type = "kubernetes.io/dockerconfigjson";
      await plane.admin.create(secrets, { metadata: { name: "pull" }, type, data });
      const created = await create("PolicyServer", { ...server, imagePullSecret: "pull" });
      expect(created.status).toBe(201);
      await plane.admin.delete(`${secrets}/pull`);
      expect(await create("PolicyServer", { ...server, imagePullSecret: "pull" })).toMatchObject({
        status: 422,
        body: {
          message: expect.stringContaining('cannot get spec.imagePullSecret: Secret "pull" not found'),
        },
      });
      const path = pathOf("PolicyServer", created);
      expect((await patch(path, { spec: { replicas: 2 } })).status).toBe(422);
      expect((await patch(path, { metadata: { annotations: { a: "b" } } })).status).toBe(200);
      await plane.admin.delete(path);
      expect((await patch(path, { metadata: { finalizers: null } })).status).toBe(200);
      expect((await plane.admin.request(path)).status).toBe(404);
      made.delete(path);
    });

    it("controller 36: what is written in v1alpha2 is defaulted and validated as v1", async () => {
      const deprecated = expect.stringContaining("This version is deprecated. Please, consider using v1");
      const created = await create("ClusterAdmissionPolicy", policy, { version: "v1alpha2" });
      expect(created).toMatchObject({
        status: 201,
        warnings: [deprecated],
        body: { metadata: { finalizers } },
      });
      const refused = await create(
        "ClusterAdmissionPolicy",
        { ...policy, rules: [] },
        { version: "v1alpha2" },
      );
      expect(refused).toMatchObject({ status: 422, body: { reason: "Invalid" } });
      expect(refused.body["message"]).toContain('admission webhook "vclusteradmissionpolicy.kb.io" denied');
    });

    it("controller 36: who changes a policy in v1alpha2 is told what is lost", async () => {
      const created = await create("ClusterAdmissionPolicy", { ...policy, message: "no" });
      const path = pathOf("ClusterAdmissionPolicy", created).replace("/v1/", "/v1alpha2/");
      const { status, warnings } = await patch(path, { spec: { failurePolicy: "Ignore" } });
      expect(status).toBe(200);
      expect(warnings).toContainEqual(expect.stringContaining("v1alpha2 does not have spec.message: lost"));
    });

    it("schema mistakes are told by the API server, not hidden by defaulting", async () => {
      const { body } = await create("AdmissionPolicy", { ...policy, rules: "all" });
      expect(body["message"]).toContain("spec.rules: Invalid value");
    });

    /** What kubectl writes when the object is refused. */
    async function kubectlCreate(object: object): Promise<string> {
      const args = [`--kubeconfig=${plane.adminKubeconfigPath}`, "create", "-f", "-"];
      const running = run(join(plane.programs, "kubectl"), args);
      running.child.stdin?.end(JSON.stringify(object));
      const [result] = await Promise.allSettled([running]);
      return result.status === "rejected" ? String(result.reason.stderr) : "it was created";
    }
  },
);

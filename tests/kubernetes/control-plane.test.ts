import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import * as v from "valibot";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority } from "../support/authority.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { createWebhookService } from "./webhook-service.ts";

const reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
const configMapReader = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] };

describe.skipIf(requires("kubernetes").skip)("a real API server", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane();
  });

  function configMaps(namespace: string): string {
    return `/api/v1/namespaces/${namespace}/configmaps`;
  }

  it("is the same one for everybody, with a namespace for each test", async () => {
    const again = await controlPlane();
    expect(again.pids).toEqual(plane.pids);
    const [first, second] = await Promise.all([
      plane.createNamespace(),
      again.createNamespace({ team: "a" }),
    ]);
    expect(first).not.toBe(second);
    expect(await plane.admin.get(`/api/v1/namespaces/${second}`)).toMatchObject({
      metadata: { labels: { team: "a" } },
      status: { phase: "Active" },
    });
  });

  it("says its version, not that of a build without one", async () => {
    expect(await plane.admin.get("/version")).toMatchObject({
      major: "1",
      gitVersion: expect.stringMatching(/^v1\.\d/),
    });
  });

  it("answers kubectl with the administrator's file", async ({ skip }) => {
    skip(!existsSync(`${plane.programs}/kubectl`), "no kubectl in KUBEBUILDER_ASSETS");
    const namespace = await plane.createNamespace();
    const args = ["--kubeconfig", plane.adminKubeconfigPath, "get", "namespace", namespace, "-o", "name"];
    const { stdout } = await promisify(execFile)(`${plane.programs}/kubectl`, args);
    expect(stdout).toBe(`namespace/${namespace}\n`);
  });

  it("lets an account do what its rules say, and answers 403 to the rest", async () => {
    const namespace = await plane.createNamespace();
    const account = await plane.createServiceAccount(namespace, { namespaced: [configMapReader] });
    const client = plane.client(account.token);
    expect(await client.request(configMaps(namespace))).toMatchObject({ status: 200, body: { items: [] } });
    const refused = await client.request("/api/v1/namespaces/default/secrets");
    expect([refused.status, refused.body["message"]]).toEqual([
      403,
      `secrets is forbidden: User "${account.username}" cannot list resource "secrets" in API group "" in the namespace "default"`,
    ]);
    await expect(client.create(configMaps(namespace), { metadata: { name: "x" } })).rejects.toThrow(
      "status 403",
    );
  });

  it("knows clients by their certificates", async () => {
    const { cert, key } = await plane.clientCertificate({
      commonName: "alice",
      organizations: ["system:masters"],
    });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const url = `${plane.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
    const headers = { "content-type": "application/json" };
    httpsRequest(url, { method: "POST", ca: plane.ca, cert, key, headers }, (answer) => resolve(text(answer)))
      .on("error", reject)
      .end("{}");
    expect(JSON.parse(await promise)).toMatchObject({ status: { userInfo: { username: "alice" } } });
  });

  it("reports what an account may do in a SubjectAccessReview", async () => {
    const namespace = await plane.createNamespace();
    const { username: user } = await plane.createServiceAccount(namespace, { cluster: [configMapReader] });
    const ask = async (verb: string) => {
      const resourceAttributes = { verb, resource: "configmaps", namespace: "default" };
      return (await plane.admin.create(reviews, { spec: { user, resourceAttributes } }))["status"];
    };
    expect(await ask("list")).toMatchObject({ allowed: true });
    expect(await ask("delete")).toMatchObject({ allowed: false });
  });

  it("tells watchers of each change", async () => {
    const namespace = await plane.createNamespace();
    const done = new AbortController();
    const events = plane.admin.watch(configMaps(namespace), done.signal);
    const first = events.next();
    await plane.admin.create(configMaps(namespace), { metadata: { name: "seen" } });
    expect((await first).value).toMatchObject({
      type: "ADDED",
      object: { metadata: { name: "seen", namespace } },
    });
    const second = events.next();
    await plane.admin.delete(`${configMaps(namespace)}/seen`);
    expect((await second).value).toMatchObject({ type: "DELETED" });
    done.abort();
    await expect(events.next()).rejects.toThrow("aborted");
  });

  it("asks a webhook of this machine, through a Service", async () => {
    const namespace = await plane.createNamespace();
    const authority = await createAuthority();
    const server = createServer(async (request, response) => {
      const review = v.parse(Review, JSON.parse(await text(request)));
      const status = { message: `asked for ${review.request.name} at ${request.url}` };
      const answer = { uid: review.request.uid, allowed: false, status };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({ apiVersion: review.apiVersion, kind: "AdmissionReview", response: answer }),
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
    const { service, dnsName } = await createWebhookService(plane.admin, { namespace, port: address.port });
    server.setSecureContext(await authority.issue({ commonName: dnsName, dnsNames: [dnsName] }));
    const name = `${namespace}.example.test`;
    await plane.admin.create("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {
      metadata: { name },
      webhooks: [
        {
          name,
          clientConfig: {
            service: { ...service, path: "/validate" },
            caBundle: Buffer.from(authority.cert).toString("base64"),
          },
          rules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] },
          ],
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    });
    const attempt = { method: "POST", body: { metadata: { name: "refused" } } } as const;
    const message = `admission webhook "${name}" denied the request: asked for refused at /validate?timeout=10s`;
    // The API server notices new configurations after some milliseconds.
    await vi.waitFor(async () => {
      const { status, body } = await plane.admin.request(`${configMaps(namespace)}?dryRun=All`, attempt);
      expect([status, body["message"]]).toEqual([400, message]);
    }, 10_000);
    server.close();
    server.closeAllConnections();
  });
});

const Review = v.object({
  apiVersion: v.string(),
  request: v.object({ uid: v.string(), name: v.string() }),
});

describe.skipIf(requires("kubernetes-controllers").skip)("an API server with Kubernetes' controllers", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane({ controllers: true });
  });

  it("is another one, where objects go with their owner", async () => {
    expect(plane.pids.apiServer).not.toBe((await controlPlane()).pids.apiServer);
    const namespace = await plane.createNamespace();
    const folder = `/api/v1/namespaces/${namespace}/configmaps`;
    const owner = await plane.admin.create(folder, { metadata: { name: "owner" } });
    const { name, uid } = owner.metadata;
    const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name, uid }];
    await plane.admin.create(folder, { metadata: { name: "owned", ownerReferences } });
    await plane.admin.delete(`${folder}/owner`);
    await vi.waitFor(async () => {
      expect((await plane.admin.request(`${folder}/owned`)).status).toBe(404);
    }, 15_000);
  });
});

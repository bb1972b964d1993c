import { describe, expect, it } from "vitest";
import type { KubeError } from "../errors.ts";
import { type FakeAnswer, staticAccess, statusAnswer } from "../testing/index.ts";
import { clientGround, errorOf } from "./testing/client-ground.ts";

const path = "/api/v1/namespaces/web";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const ground = clientGround();

describe("createKubeClient", () => {
  it("gives status and bytes", async () => {
    const { status, body } = await ground.client.get(path);
    expect(status).toBe(200);
    expect(JSON.parse(text(body))).toMatchObject({ metadata: { name: "web" } });
    expect(ground.server.requests.at(-1)).toMatchObject({
      method: "GET",
      path,
      headers: { "user-agent": "test/1", authorization: "Bearer t", accept: "application/json" },
    });
  });

  it.each([
    ["object", "PartialObjectMetadata"],
    ["list", "PartialObjectMetadataList"],
  ] as const)(
    "asks for metadata only where that is enough (%s), for all where it cannot be had",
    async (metadataOnly, kind) => {
      await ground.client.get(path, { metadataOnly });
      const accept = ground.server.requests.at(-1)?.headers.accept?.split(",");
      expect(accept).toEqual([`application/json;as=${kind};g=meta.k8s.io;v=v1`, "application/json"]);
    },
  );

  it("sends query and body", async () => {
    ground.server.answer({ method: "PATCH" }, { status: 200, body: { ok: true } });
    await ground.client.request("/apis/x/v1/y", {
      method: "PATCH",
      query: { fieldManager: "a&b", force: true, dryRun: undefined },
      body: Buffer.from("{}"),
      contentType: "application/apply-patch+yaml",
    });
    const { query, body, headers } = ground.server.requests.at(-1) ?? {};
    expect(Object.fromEntries(query ?? [])).toEqual({ fieldManager: "a&b", force: "true" });
    expect([body, headers?.["content-type"]]).toEqual(["{}", "application/apply-patch+yaml"]);
  });

  it("keeps the path of a server behind another one", async () => {
    await using proxied = ground.clientWith({}, staticAccess(`${ground.server.url}/k8s/clusters/c-1`));
    ground.server.answer({ path: `/k8s/clusters/c-1${path}` }, { status: 200, body: "{}" });
    expect(text((await proxied.get(path)).body)).toBe("{}");
  });

  const named = { name: "web", kind: "namespaces" };
  it.each<[string, FakeAnswer, Partial<KubeError>]>([
    [
      "401",
      statusAnswer(401, "Unauthorized", "Unauthorized"),
      { code: "KUBE_UNAUTHORIZED", message: "Unauthorized" },
    ],
    [
      "403",
      statusAnswer(403, "Forbidden", "no, you"),
      { code: "KUBE_FORBIDDEN", message: "no, you", reason: "Forbidden", status: 403 },
    ],
    [
      "404 of an object",
      statusAnswer(404, "NotFound", "not there", named),
      { code: "KUBE_NOT_FOUND", message: "not there" },
    ],
    [
      "404 of a path",
      statusAnswer(404, "NotFound", "the server could not find it"),
      { code: "KUBE_RESOURCE_UNKNOWN" },
    ],
    [
      "404 in plain text",
      { status: 404, body: "404 page not found\n" },
      {
        code: "KUBE_RESOURCE_UNKNOWN",
        message: "the API server answered with HTTP status 404: 404 page not found",
      },
    ],
    ["410", statusAnswer(410, "Expired", "too old"), { code: "KUBE_GONE", message: "too old" }],
    [
      "400",
      statusAnswer(400, "BadRequest", "unable to parse"),
      { code: "KUBE_REFUSED", message: "unable to parse" },
    ],
    [
      "500",
      statusAnswer(500, "InternalError", "etcd is away"),
      { code: "KUBE_UNAVAILABLE", message: "etcd is away" },
    ],
    [
      "a page of HTML",
      { status: 502, body: "<html>bad gateway</html>" },
      { code: "KUBE_UNAVAILABLE", message: "the API server answered with HTTP status 502" },
    ],
    [
      "a redirect",
      { status: 302, headers: { location: "https://elsewhere.test/" } },
      { code: "KUBE_ANSWER_INVALID", status: 302 },
    ],
    [
      "a Status of another shape",
      { status: 403, body: { kind: "Status", message: 5 } },
      { code: "KUBE_FORBIDDEN", message: "the API server answered with HTTP status 403" },
    ],
  ])("says what %s means", async (_row, answer, expected) => {
    const stop = ground.server.answerAlways({ path }, answer);
    try {
      expect(await errorOf(ground.client.get(path))).toMatchObject(expected);
    } finally {
      stop();
    }
  });

  it("reads credentials anew once on 401", async () => {
    const tokens = ["old", "new"];
    let forgotten = 0;
    const access = {
      ...staticAccess(ground.server.url),
      credentials: async () => ({ headers: { authorization: `Bearer ${tokens[0]}` }, tls: {} }),
      forgetCredentials() {
        tokens.shift();
        forgotten++;
      },
    };
    await using renewing = ground.clientWith({}, access);
    ground.server.answer({ path }, statusAnswer(401, "Unauthorized", "Unauthorized"));
    await renewing.get(path);
    expect(ground.server.requests.slice(-2).map(({ headers }) => headers.authorization)).toEqual([
      "Bearer old",
      "Bearer new",
    ]);
    const before = ground.server.count({ path });
    ground.server.answer(
      { path },
      ...Array<FakeAnswer>(2).fill(statusAnswer(401, "Unauthorized", "Unauthorized")),
    );
    expect(await errorOf(renewing.get(path))).toMatchObject({ code: "KUBE_UNAUTHORIZED" });
    expect([ground.server.count({ path }) - before, forgotten]).toEqual([2, 2]);
  });
});

import { describe, expect, it } from "vitest";
import { statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { getObject } from "./get-object.ts";
import { createSubjectAccessReview } from "./subject-access-review.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "web", name: "a" } };
const reference = { apiVersion: "v1", kind: "ConfigMap", namespace: "web", name: "a" };
const widget = {
  apiVersion: "example.test/v1",
  kind: "Widget",
  group: "example.test",
  version: "v1",
  plural: "widgets",
  namespaced: false,
};

describe("getObject", () => {
  it("policy-runtime 35: gives the object as it came, numbers as they are written", async () => {
    await using fake = await setUpFake();
    fake.server.put({ ...configMap, n: 1 }, (json) =>
      json.replace('"n":1', '"n": 9007199254740993, "f": 1.0'),
    );
    const object = text(await getObject(fake, reference));
    expect(object).toContain('"n": 9007199254740993, "f": 1.0');
    expect(fake.server.requests.map(({ path }) => path)).toEqual([
      "/api/v1",
      "/api/v1/namespaces/web/configmaps/a",
    ]);
  });

  it.each([
    [
      "an object that is not there",
      { ...reference, name: "b" },
      "KUBE_NOT_FOUND",
      'configmaps "b" not found',
    ],
    [
      "no namespace",
      { ...reference, namespace: undefined },
      "KUBE_SCOPE_MISMATCH",
      "Resource v1/ConfigMap is namespaced, but no namespace was provided",
    ],
    [
      "a name that leads elsewhere",
      { ...reference, name: ".." },
      "KUBE_NAME_INVALID",
      '".." is no name of an object',
    ],
    [
      "a kind that is not there",
      { ...reference, kind: "X" },
      "KUBE_KIND_UNKNOWN",
      "Cannot find resource v1/X",
    ],
  ])("policy-runtime 35: tells %s", async (_row, asked, code, message) => {
    await using fake = await setUpFake();
    await expect(getObject(fake, asked)).rejects.toMatchObject({ code, message });
  });

  it("finds a kind that is served under another plural now", async () => {
    await using fake = await setUpFake();
    const { server, clock } = fake;
    server.define(widget);
    server.put({ ...widget, metadata: { name: "w" } });
    const asked = { apiVersion: widget.apiVersion, kind: "Widget", name: "w", namespace: "web" };
    await getObject(fake, asked);
    server.define({ ...widget, plural: "widgetz", namespaced: true });
    server.put({ ...widget, metadata: { name: "w", namespace: "web" }, moved: true });
    await clock.advance(2000);
    expect(text(await getObject(fake, asked))).toContain('"moved":true');
  });

  it("asks no second time when the kind is gone", async () => {
    await using fake = await setUpFake();
    const { server, clock } = fake;
    await fake.discovery.find(reference);
    await clock.advance(2000);
    const path = "/api/v1/namespaces/web/configmaps/a";
    server.answer(
      { path },
      statusAnswer(404, "NotFound", "the server could not find the requested resource"),
    );
    await expect(getObject(fake, reference)).rejects.toMatchObject({ code: "KUBE_RESOURCE_UNKNOWN" });
    expect(server.count({ path })).toBe(1);
  });

  it.each(["[]", "{", '"x"', "\u00ff"])("refuses an answer that is no object: %s", async (body) => {
    await using fake = await setUpFake();
    fake.server.answer({ path: /configmaps/ }, { status: 200, body: Buffer.from(body, "latin1") });
    await expect(getObject(fake, reference)).rejects.toMatchObject({ code: "KUBE_ANSWER_INVALID" });
  });
});

describe("createSubjectAccessReview", () => {
  const spec = {
    user: "jane",
    groups: ["dev"],
    resourceAttributes: { verb: "get", resource: "pods", namespace: "web" },
  };

  it.each([
    [{ allowed: true }, { allowed: true }],
    [
      { allowed: false, denied: true, reason: "no", evaluationError: "e", other: 1 },
      { allowed: false, denied: true, reason: "no", evaluationError: "e" },
    ],
  ])("policy-runtime 35: gives the decision %j", async (status, expected) => {
    await using fake = await setUpFake();
    fake.server.decide = () => status;
    expect(await createSubjectAccessReview(fake.client, spec)).toEqual(expected);
    const { method, path, body = "" } = fake.server.requests.at(-1) ?? {};
    expect([method, path]).toEqual(["POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"]);
    expect(JSON.parse(body)).toEqual({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec,
    });
  });

  it.each([
    ["no status", { body: { kind: "SubjectAccessReview" } }],
    ["a status without a decision", { body: { status: {} } }],
    ["no JSON", { body: "x" }],
  ])("policy-runtime 35: refuses %s", async (_row, answer) => {
    await using fake = await setUpFake();
    fake.server.answer({ method: "POST" }, { status: 201, ...answer });
    await expect(createSubjectAccessReview(fake.client, spec)).rejects.toMatchObject({
      code: "KUBE_ANSWER_INVALID",
      message: "SubjectAccessReview did not return a response",
    });
  });

  it("is repeated like a read: it changes nothing", async () => {
    await using fake = await setUpFake();
    fake.server.decide = () => ({ allowed: true });
    fake.server.answer({ method: "POST" }, "drop");
    expect(await createSubjectAccessReview(fake.client, spec)).toEqual({ allowed: true });
  });
});

import { describe, expect, it } from "vitest";
import { statusAnswer } from "../testing/index.ts";
import { setUpFake } from "../testing/set-up.ts";
import { listServedKinds } from "./served-kinds.ts";

const widgets = {
  apiVersion: "example.test/v1",
  kind: "Widget",
  group: "example.test",
  version: "v1",
  plural: "widgets",
  namespaced: false,
};

describe("listServedKinds", () => {
  it("kwctl-and-oci 32: lists the core group and every other in its preferred version, without subresources", async () => {
    await using fake = await setUpFake();
    fake.server.define(widgets);
    fake.server.define({ ...widgets, apiVersion: "example.test/v1beta1", version: "v1beta1" });
    const { resources, failures } = await listServedKinds(fake.client);
    expect(failures).toEqual([]);
    expect(resources).toContainEqual(widgets);
    expect(resources.map(({ apiVersion, plural }) => `${apiVersion} ${plural}`)).toEqual([
      "v1 namespaces",
      "v1 nodes",
      "v1 configmaps",
      "v1 pods",
      "v1 secrets",
      "v1 services",
      "apps/v1 deployments",
      "example.test/v1 widgets",
    ]);
  });

  it("kwctl-and-oci 32: a group that fails does not void the others, and is asked once", async () => {
    await using fake = await setUpFake();
    fake.server.define(widgets);
    const path = "/apis/example.test/v1";
    const unavailable = statusAnswer(503, "ServiceUnavailable", "service unavailable");
    fake.server.answerAlways({ path }, unavailable);
    const { resources, failures } = await listServedKinds(fake.client);
    expect(resources.map(({ kind }) => kind)).toContain("Deployment");
    expect(failures).toMatchObject([
      { apiVersion: "example.test/v1", error: { message: "service unavailable" } },
    ]);
    expect(fake.server.count({ path })).toBe(1);
  });

  it.each([
    ["no JSON", "<html>", "it is not JSON"],
    ["another shape", { groups: [{ name: "apps" }] }, "it has another shape"],
  ])("refuses a list of groups that is %s", async (_row, body, reason) => {
    await using fake = await setUpFake();
    fake.server.answer({ path: "/apis" }, { status: 200, body });
    const message = `the API server sent the list of API groups that cannot be used: ${reason}`;
    await expect(listServedKinds(fake.client)).rejects.toMatchObject({
      code: "KUBE_ANSWER_INVALID",
      message,
    });
  });

  it("fails when the core group cannot be read", async () => {
    await using fake = await setUpFake();
    fake.server.answer({ path: "/api/v1" }, statusAnswer(403, "Forbidden", "no"));
    await expect(listServedKinds(fake.client)).rejects.toMatchObject({ code: "KUBE_FORBIDDEN" });
  });
});

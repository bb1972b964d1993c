import type { GuestHost } from "@kubewarden-ts/policy-runtime/core";
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { type CallGuest, loadGuest } from "./load-guest.ts";

const host: GuestHost = {
  call: () => Promise.reject(new Error("no host calls here")),
  print: () => {},
  suspended: () => {},
  resumed: () => {},
};

describe.skipIf(requires("go").skip)("a large WASI policy built by Go, with an interpreter of CEL", () => {
  let call: CallGuest;
  beforeAll(async () => {
    call = await loadGuest("go-cel", "wasi", host);
  });

  it.each([
    ["accepts", "object.spec.replicas <= 3", { accepted: true }],
    [
      "rejects",
      "object.spec.containers.all(c, c.image.endsWith(':1'))",
      {
        accepted: false,
        message: "failed expression: object.spec.containers.all(c, c.image.endsWith(':1'))",
      },
    ],
    [
      "reports an error of the expression",
      "object.missing == 1",
      { accepted: false, code: 500, message: "expression failed: no such key: missing" },
    ],
    [
      "shows a value that is no verdict",
      "object.spec.containers.map(c, c.image).join(', ')",
      { accepted: false, code: 500, message: "expression is app:1, app:2" },
    ],
  ])("%s", async (_row, expression, answer) => {
    const object = { spec: { replicas: 2, containers: [{ image: "app:1" }, { image: "app:2" }] } };
    expect(await call("validate", { request: { uid: "u1", object }, settings: { expression } })).toEqual(
      answer,
    );
  });

  it.each([
    ["accepts", "true", { valid: true }],
    ["refuses", "object.", { valid: false, message: expect.stringContaining("Syntax error") }],
  ])("%s settings", async (_row, expression, answer) => {
    expect(await call("validate-settings", { expression })).toEqual(answer);
  });
});

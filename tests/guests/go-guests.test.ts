import type { GuestHost } from "@kubewarden-ts/policy-runtime/core";
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { loadGuest } from "./load-guest.ts";

/** Answers `net/v1/dns_lookup_host` for one name. */
const host: GuestHost = {
  async call({ namespace, operation, payload }) {
    const question: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (`${namespace}/${operation}` !== "net/v1/dns_lookup_host" || question !== "known.example") {
      throw new Error(`no address for ${question}`);
    }
    return new TextEncoder().encode('{"ips":["192.0.2.1","192.0.2.2"]}');
  },
  print: () => {},
  suspended: () => {},
  resumed: () => {},
};

function requestWith(labels: Record<string, string>, settings: object = {}) {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels } };
  const kind = { group: "", version: "v1", kind: "Pod" };
  return { request: { uid: "u1", kind, operation: "CREATE", object }, settings };
}

describe.skipIf(requires("go").skip)("a WASI policy built by Go", () => {
  let call: Awaited<ReturnType<typeof loadGuest>>;
  beforeAll(async () => {
    call = await loadGuest("go-wasi", "wasi", host);
  });

  it.each([
    ["accepts", {}, {}, { accepted: true }],
    ["rejects", { forbidden: "" }, {}, { accepted: false, message: "label forbidden is set", code: 403 }],
    [
      "rejects with the text of its settings",
      { forbidden: "" },
      { message: "not here" },
      { accepted: false, message: "not here", code: 403 },
    ],
    [
      "policy-runtime 31: gets the answer of its host on stdin",
      { resolve: "known.example" },
      {},
      { accepted: false, message: "known.example is 192.0.2.1, 192.0.2.2" },
    ],
    [
      "policy-runtime 31: gets the error of its host on stdin",
      { resolve: "unknown.example" },
      {},
      { accepted: false, message: "host error: no address for unknown.example" },
    ],
    ["policy-runtime 4: fails with its stderr", { "fail-with": "boom" }, {}, "boom"],
  ])("%s", async (_row, labels, settings, answer) => {
    expect(await call("validate", requestWith(labels, settings))).toEqual(answer);
  });

  it("mutates", async () => {
    const answer = await call("validate", requestWith({ stamp: "" }));
    expect(answer).toMatchObject({
      accepted: true,
      mutated_object: { metadata: { labels: { stamp: "stamped" } } },
    });
  });

  it.each([
    ["accepts", { message: "x" }, { valid: true }],
    ["refuses", { message: "" }, { valid: false, message: "message must not be empty" }],
  ])("%s settings", async (_row, settings, answer) => {
    expect(await call("validate-settings", settings)).toEqual(answer);
  });
});

describe.skipIf(requires("go").skip)("a waPC reactor built by Go, initialised before its first call", () => {
  let call: Awaited<ReturnType<typeof loadGuest>>;
  beforeAll(async () => {
    call = await loadGuest("go-wapc-reactor", "wapc", host);
  });

  it.each([
    ["accepts", {}, { accepted: true }],
    ["rejects", { forbidden: "" }, { accepted: false, message: "label forbidden is set" }],
    [
      "gets the answer of its host",
      { resolve: "known.example" },
      { accepted: false, message: 'known.example is {"ips":["192.0.2.1","192.0.2.2"]}' },
    ],
    [
      "gets the error of its host",
      { resolve: "unknown.example" },
      { accepted: false, message: "host error: no address for unknown.example" },
    ],
  ])("%s", async (_row, labels, answer) => {
    expect(await call("validate", requestWith(labels))).toEqual(answer);
  });

  it("reports its own error", async () => {
    expect(await call("unheard_of", {})).toBe("Guest call failure: unknown operation unheard_of");
  });
});

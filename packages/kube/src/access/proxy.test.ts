import { describe, expect, it } from "vitest";
import { proxyFor } from "./proxy.ts";

const https = new URL("https://api.team.test:6443");

describe("proxyFor", () => {
  it.each([
    [
      "the kubeconfig's first",
      https,
      "http://own.test",
      { HTTPS_PROXY: "http://env.test" },
      "http://own.test",
    ],
    [
      "that of the scheme",
      https,
      null,
      { HTTPS_PROXY: "http://s.test", HTTP_PROXY: "http://p.test" },
      "http://s.test",
    ],
    [
      "that of the other scheme",
      new URL("http://api.test"),
      null,
      { HTTPS_PROXY: "http://s.test", HTTP_PROXY: "http://p.test" },
      "http://p.test",
    ],
    [
      "upper case first",
      https,
      null,
      { https_proxy: "http://low.test", HTTPS_PROXY: "http://up.test" },
      "http://up.test",
    ],
    ["lower case", https, null, { https_proxy: "http://low.test" }, "http://low.test"],
    ["without a scheme", https, null, { HTTPS_PROXY: "p.test:3128" }, "http://p.test:3128"],
    ["none", https, null, {}, undefined],
    ["none when empty", https, "", { HTTPS_PROXY: "" }, undefined],
    [
      "none to this machine",
      new URL("https://127.0.0.1:6443"),
      null,
      { HTTPS_PROXY: "http://p.test" },
      undefined,
    ],
    ["none to localhost", new URL("https://localhost"), null, { HTTPS_PROXY: "http://p.test" }, undefined],
    ["none to ::1", new URL("https://[::1]:1"), null, { HTTPS_PROXY: "http://p.test" }, undefined],
  ])("takes %s", (_row, server, own, env, expected) => {
    expect(proxyFor(server, own, env)).toBe(expected);
  });

  it.each([
    ["*", true],
    ["api.team.test", true],
    ["other.test, api.team.test", true],
    ["team.test", true],
    [".team.test", true],
    ["*.team.test", true],
    ["API.TEAM.TEST", true],
    ["api.team.test:6443", true],
    ["api.team.test:443", false],
    ["eam.test", false],
    ["test.api.team.test", false],
    ["", false],
    [".", false],
  ])("honours NO_PROXY=%s", (noProxy, isDirect) => {
    const proxy = proxyFor(https, undefined, { HTTPS_PROXY: "http://p.test", NO_PROXY: noProxy });
    expect(proxy).toBe(isDirect ? undefined : "http://p.test");
  });

  it.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "10.1.2.3", true],
    ["11.1.2.3", "10.0.0.0/8", false],
    ["10.1.2.3", "0.0.0.0/0", true],
    ["10.1.2.3", "10.1.2.3/32", true],
    ["10.1.2.4", "10.1.2.3/32", false],
    ["10.1.2.3", "10.0.0.0/99", false],
    ["10.1.2.3", "10.0.0/8", false],
  ])("takes %s for one of %s: %s", (host, entry, isDirect) => {
    const env = { HTTPS_PROXY: "http://p.test", NO_PROXY: entry };
    expect(proxyFor(new URL(`https://${host}`), undefined, env) === undefined).toBe(isDirect);
  });
});

import { isPrintable, printable } from "@kubewarden-ts/base";
import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KwctlWithRegistry, kwctlWithRegistry } from "../testing/kwctl-with-registry.ts";
import { textPolicy } from "../testing/text-policy.ts";

/** Clears the screen, names the window, hides what follows, turns it round. */
const hostile = "x\u001b[2J\u001b]0;t\u0007\u009b8m\u202ey\r";

/** The texts of a text policy are ASCII. */
function asciiJson(value: unknown): string {
  return printable(JSON.stringify(value));
}

const metadata = {
  ...{ protocolVersion: "v1", mutating: false, rules: [] },
  annotations: {
    "io.kubewarden.policy.title": "title",
    "io.kubewarden.policy.severity": hostile,
    "io.kubewarden.policy.description": hostile,
    [`k${hostile}`]: hostile,
    "io.kubewarden.policy.usage": hostile,
  },
};
const module = setCustomSection(
  textPolicy({ validate: asciiJson({ accepted: false, message: hostile, warnings: [hostile] }) }),
  metadataSectionName,
  Buffer.from(JSON.stringify(metadata)),
);
const refusing = textPolicy({ settings: asciiJson({ valid: false, message: hostile }) });
const resource = (name: string, file: string) => ({
  ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy", metadata: { name } },
  spec: {
    module: `file://${file}`,
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
  },
});
const pod = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: hostile, namespace: "a" } });
const suite = (message: string) =>
  JSON.stringify({
    ...{ apiVersion: "kubewarden-ts/v1", kind: "TestSuite" },
    tests: [
      {
        ...{ name: hostile, policy: "/h.wasm" },
        cases: [{ name: hostile, object: "/pod.json", expect: { allowed: false, message } }],
      },
    ],
  });
const request = JSON.stringify({
  ...{ uid: hostile, kind: { group: "", version: "v1", kind: "Pod" }, operation: "CREATE", userInfo: {} },
  resource: { group: "", version: "v1", resource: "pods" },
  object: JSON.parse(pod),
});

let under: KwctlWithRegistry;
beforeAll(async () => {
  under = await kwctlWithRegistry({
    ...{ "/h.wasm": module, "/refusing.wasm": refusing, "/pod.json": pod, "/r.json": request },
    "/policy.json": JSON.stringify(resource("p", "/h.wasm")),
    "/s.json": suite("other"),
    "/broken.json": `{"${hostile}"`,
    "/unknown.json": JSON.stringify({ ...resource("p", "/h.wasm"), kind: hostile }),
  });
  under.put("acme/h:v1", module);
  under.registry.intercept = ({ url = "" }) => {
    if (url.includes("/denied/")) {
      const errors = [{ code: "DENIED", message: hostile }];
      return { status: 403, body: Buffer.from(JSON.stringify({ errors })) };
    }
    if (url === "/web/moved.wasm") return { status: 302, headers: { location: "http://[\u009b" } };
    return undefined;
  };
  await under.kwctl("pull registry://HOST/acme/h:v1");
});
afterAll(() => under[Symbol.asyncDispose]());

describe("what others wrote does not command a terminal", () => {
  it.each([
    "run /h.wasm -r /r.json",
    "run /refusing.wasm -r /r.json",
    "run /unknown.json -r /r.json",
    "run /h.wasm -r /broken.json",
    "inspect /h.wasm",
    "inspect /h.wasm -o yaml",
    "inspect /h.wasm -o json",
    "inspect registry://HOST/acme/h:v1 --show-signatures",
    "policies",
    "policies -o json",
    "scaffold manifest -t ClusterAdmissionPolicy /h.wasm",
    "scaffold admission-request -o CREATE --object /pod.json",
    "scan /pod.json -p /policy.json",
    "scan /pod.json -p /policy.json -o json",
    "scan /pod.json -p /policy.json -o junit",
    "scan /pod.json -p /policy.json -o sarif",
    "scan /broken.json -p /policy.json",
    "scan /pod.json -p /unknown.json",
    "test /s.json",
    "test /s.json -o json",
    "test /s.json -o junit",
    "test /broken.json",
    "pull registry://HOST/denied/p:v1",
    "pull http://HOST/web/moved.wasm",
    "digest registry://HOST/denied/p:v1",
    "verify registry://HOST/denied/p:v1 --github-owner=a",
    "push /h.wasm registry://HOST/denied/p:v1",
  ])("%s", async (line) => {
    const { stdout, stderr } = await under.kwctl(line);
    expect(stdout + stderr).not.toBe("");
    expect({ stdout: isPrintable(stdout), stderr: isPrintable(stderr) }, stdout + stderr).toEqual({
      stdout: true,
      stderr: true,
    });
  });

  it("and is the same to programs", async () => {
    const { stdout } = await under.kwctl("run /h.wasm -r /r.json");
    expect(JSON.parse(stdout)).toMatchObject({ uid: hostile, status: { message: hostile } });
    const { stdout: about } = await under.kwctl("inspect /h.wasm -o json");
    expect(JSON.parse(about)).toMatchObject({ annotations: metadata.annotations });
  });
});

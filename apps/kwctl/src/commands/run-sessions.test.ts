import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { describe, expect, it } from "vitest";
import type { ConnectHost, HostOptions } from "../host/connected-host.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { textPolicy } from "../testing/text-policy.ts";

const request = JSON.stringify({
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  userInfo: {},
  object: {},
});
const policyOf = (name: string, module: string) =>
  JSON.stringify({
    ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy", metadata: { name } },
    spec: { module: `file:///${module}.wasm` },
  });

/** The look-up of a host name, and how it ended. */
const exchange = (host: string, response: string) => `- type: Exchange
  request: |
    !DNSLookupHost
    host: ${host}
  response:
    ${response}
`;
const success = `type: Success
    payload: '{"ips":["192.0.2.1"]}'`;
const found = exchange("policy.test", success);
const accepted = '{"uid":"u1","allowed":true,"auditAnnotations":null,"warnings":null}\n';
const failed = (text: string) =>
  `{"uid":"u1","allowed":false,"status":{"message":"internal server error: Guest call failure: Callback evaluation failure: ${text}","code":500},"auditAnnotations":null,"warnings":null}\n`;

const contextAware = { contextAwareResources: [{ apiVersion: "v1", kind: "Pod" }] };
const metadata = { protocolVersion: "v1", rules: [], mutating: false };
const contextAwarePolicy = setCustomSection(
  textPolicy(),
  metadataSectionName,
  new TextEncoder().encode(JSON.stringify({ ...metadata, ...contextAware })),
);

function filesWith(sessions: Readonly<Record<string, string>> = {}) {
  return memoryFiles({
    "/r.json": request,
    "/lookup.wasm": textPolicy({ looksUpHost: true }),
    "/accept.wasm": textPolicy(),
    "/refuses.wasm": textPolicy({ settings: '{"valid":false,"message":"no"}' }),
    "/wants-pods.wasm": contextAwarePolicy,
    "/two.yaml": [policyOf("a", "lookup"), policyOf("b", "accept"), policyOf("c", "lookup")].join("\n---\n"),
    "/stops.yaml": [policyOf("a", "lookup"), policyOf("b", "refuses")].join("\n---\n"),
    ...sessions,
  });
}

function kwctl(line: string, options: Omit<Parameters<typeof runKwctl>[1], "stdin"> = {}) {
  return runKwctl(`run -r /r.json ${line}`.split(" "), { files: filesWith(), ...options });
}

const record = "--record-host-capabilities-interactions";
const replay = "--replay-host-capabilities-interactions";
const unreachable: ConnectHost = () => Promise.reject(new Error("nothing may be contacted"));

describe("kwctl run that records", () => {
  it("policy-runtime 55: appends what all policies of a file ask, and replays to the same output", async () => {
    const files = filesWith();
    const recorded = await kwctl(`/two.yaml ${record} /out.yml`, { files });
    expect(recorded).toMatchObject({ code: 0, stdout: accepted.repeat(3) });
    expect(new TextDecoder().decode(files.written.get("/out.yml"))).toBe(found.repeat(2));
    const replayed = await kwctl(`/two.yaml ${replay} /out.yml`, { files, connectHost: unreachable });
    expect(replayed).toMatchObject({ code: 0, stdout: recorded.stdout });
  });

  it("policy-runtime 55: replays an error to the bytes that it gave", async () => {
    const files = filesWith();
    const connectHost: ConnectHost = async () => ({
      serve: () => Promise.reject(new Error("no address", { cause: new Error("no server") })),
      async [Symbol.asyncDispose]() {},
    });
    const recorded = await kwctl(`/lookup.wasm ${record} /out.yml`, { files, connectHost });
    expect(recorded.stdout).toBe(failed("no address: no server"));
    const replayed = await kwctl(`/lookup.wasm ${replay} /out.yml`, { files, connectHost: unreachable });
    expect(replayed).toMatchObject({ code: 0, stdout: recorded.stdout });
  });

  it("writes what was asked before a policy stopped the run", async () => {
    const files = filesWith();
    const { code } = await kwctl(`/stops.yaml ${record} /out.yml`, { files });
    expect(code).toBe(1);
    expect(new TextDecoder().decode(files.written.get("/out.yml"))).toBe(found);
  });

  it("policy-runtime 55: writes a session of nothing for a policy that asks nothing", async () => {
    const files = filesWith();
    expect(await kwctl(`/accept.wasm ${record} /out.yml`, { files })).toMatchObject({ code: 0 });
    expect(new TextDecoder().decode(files.written.get("/out.yml"))).toBe("[]\n");
    const replayed = await kwctl(`/accept.wasm ${replay} /out.yml`, { files, connectHost: unreachable });
    expect(replayed).toMatchObject({ code: 0, stdout: accepted });
  });

  it("does not replay at the same time", async () => {
    const { code, stderr } = await kwctl(`/accept.wasm ${record} /a.yml ${replay} /b.yml`);
    expect(code).toBe(2);
    expect(stderr).toContain("cannot be used with");
  });
});

describe("kwctl run that replays", () => {
  const leftover = "Some of the recorded exchanges have not been replayed";
  it.each<[string, string, string, number]>([
    ["answers with what was recorded", found, accepted, 0],
    [
      "tells the policy of a recorded error",
      exchange("policy.test", "type: Error\n    message: host not found"),
      failed("host not found"),
      0,
    ],
    ["tells the policy that the session is over", "[]", failed("the list of recorded responses is empty"), 0],
    [
      "tells the policy that something else was recorded",
      exchange("other.test", success),
      failed(
        "Replay error: unexpected request. Was expecting !DNSLookupHost host: other.test, got !DNSLookupHost host: policy.test instead",
      ),
      0,
    ],
    ["warns of what is left", found.repeat(3), accepted, 2],
  ])("policy-runtime 54, 56: %s", async (_row, session, stdout, left) => {
    const files = filesWith({ "/s.yml": session });
    const run = await kwctl(`/lookup.wasm ${replay} /s.yml`, { files, connectHost: unreachable });
    expect(run).toMatchObject({ code: 0, stdout });
    const warned = run.lines.filter(({ message }) => message === leftover).map(({ fields }) => fields);
    expect(warned).toEqual(left === 0 ? [] : [{ path: "/s.yml", left }]);
  });

  it.each([
    [
      "is not there",
      "/none.yml",
      "Cannot read session file /none.yml: No such file or directory (os error 2)",
    ],
    ["is no session", "/s.yml", "Cannot parse session file /s.yml: "],
  ])("policy-runtime 56: evaluates nothing when the file %s", async (_row, path, message) => {
    const files = filesWith({ "/s.yml": "a: session" });
    const { code, stdout, stderr } = await kwctl(`/accept.wasm ${replay} ${path}`, { files });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(`Error: ${message}`)).toBe(true);
  });

  it("policy-runtime 56: takes nothing from the session for a call that is not granted", async () => {
    const files = filesWith({ "/s.yml": found });
    const line = `/lookup.wasm ${replay} /s.yml --allowed-host-capabilities oci/*`;
    const { stdout, lines } = await kwctl(line, { files, connectHost: unreachable });
    expect(stdout).toContain("has not been granted access to the 'net/v1/dns_lookup_host' host capability");
    expect(lines.filter(({ message }) => message === leftover)).toMatchObject([{ fields: { left: 1 } }]);
  });
});

describe("what kwctl run connects to", () => {
  it.each<[string, HostOptions["cluster"]]>([
    ["/accept.wasm", "none"],
    ["/wants-pods.wasm", "none"],
    ["/accept.wasm --allow-context-aware", "optional"],
    ["/wants-pods.wasm --allow-context-aware", "required"],
  ])("%s: the cluster is %s", async (line, cluster) => {
    const asked: HostOptions[] = [];
    const connectHost: ConnectHost = async (options) => {
      asked.push(options);
      return { serve: async () => jsonAnswer({}), async [Symbol.asyncDispose]() {} };
    };
    expect(await kwctl(line, { connectHost })).toMatchObject({ code: 0 });
    expect(asked).toMatchObject([{ cluster }]);
  });
});

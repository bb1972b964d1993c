import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy } from "../../fixtures/namespace-labels.ts";
import { buildPolicy } from "../build/policy-builder.ts";
import { fakeHost, GuestError, load, record, replay, run } from "./index.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-sdk-session-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** As kwctl of an older release writes it: without `field_masks`. */
const getNamespace = (name: string, response: string) => `
- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: ${name}
    namespace: null
    disable_cache: false
  response:
${response}
`;
const found = `    type: Success
    payload: '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team-a","labels":{"owner":"größe"}}}'`;
const failed =
  "    type: Error\n    message: Cannot find v1/Namespace named 'team-a' inside of namespace 'None'";

async function sessionFile(text: string): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.yml`);
  await writeFile(file, text);
  return file;
}

const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "team-a" } };
const withOwner = { ...object, metadata: { ...object.metadata, labels: { owner: "größe" } } };

describe("replay", () => {
  it("policies-and-sdk 15: answers from a session file of kwctl, as a function and as a built file", async () => {
    const file = await sessionFile(getNamespace("team-a", found));
    const host = replay(file);
    expect(run(policy, { object, host })).toEqual({ accepted: true, mutatedObject: withOwner });
    host.assertReplayed();
    const entry = new URL("../../fixtures/namespace-labels.ts", import.meta.url).pathname;
    const built = await load((await buildPolicy({ entry, abi: "wapc" })).wasm);
    const again = replay(file);
    expect(await built.run({ object, host: again })).toEqual({ accepted: true, mutatedObject: withOwner });
    again.assertReplayed();
  });

  it("policies-and-sdk 15: gives the recorded error", async () => {
    const host = replay(await sessionFile(getNamespace("team-a", failed)));
    const text =
      "Callback evaluation failure: Cannot find v1/Namespace named 'team-a' inside of namespace 'None'";
    expect(() => run(policy, { object, host })).toThrow(new GuestError(text));
    host.assertReplayed();
  });

  it("policies-and-sdk 15: a request that differs from the recorded one fails, naming the difference", async () => {
    const host = replay(await sessionFile(getNamespace("team-b", found)));
    const difference = /^Callback evaluation failure: Replay error: .* name: team-b .*, got .* name: team-a /;
    expect(() => run(policy, { object, host })).toThrow(difference);
    expect(() => host.assertReplayed()).toThrow(difference);
  });

  it("policies-and-sdk 15: the difference is found also where the policy catches it", async () => {
    const host = replay(await sessionFile(getNamespace("team-b", found)));
    const settings = { whenUnknown: "accept" };
    expect(run(policy, { object, host, settings })).toEqual({ accepted: true });
    expect(() => host.assertReplayed()).toThrow(/name: team-b .*, got .* name: team-a/);
  });

  it.each([
    ["nothing is left", "[]", /the list of recorded responses is empty$/],
    [
      "something is left",
      getNamespace("team-a", found) + getNamespace("team-a", found),
      /^1 of the recorded/,
    ],
  ])("policies-and-sdk 15: fails when %s", async (_row, text, message) => {
    const host = replay(await sessionFile(text));
    run(policy, { object, host, settings: { whenUnknown: "accept" } });
    expect(() => host.assertReplayed()).toThrow(message);
  });

  it("checks payloads as a host does", async () => {
    const host = replay(await sessionFile("[]"));
    expect(() => host.call("kubewarden", "net", "v1/dns_lookup_host", "{}")).toThrow(/^invalid payload: /);
    expect(() => host.call("kubewarden", "net", "v1/other", "{}")).toThrow("unknown operation: v1/other");
  });

  it("names the file it cannot read", async () => {
    expect(() => replay(join(folder, "none.yml"))).toThrow(/^cannot read session file .*none\.yml: /);
    const file = await sessionFile("- type: Other");
    expect(() => replay(file)).toThrow(`cannot read session file ${file}: `);
  });
});

describe("record", () => {
  it("writes a file that replays to the same outcome", async () => {
    const file = join(folder, "recorded.yml");
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { labels: { owner: "é" } } };
    const recording = record(fakeHost({ "kubernetes/get_resource": () => namespace }));
    const outcome = run(policy, { object, host: recording });
    recording.save(file);
    expect(await readFile(file, "utf8")).toBe(recording.session());
    const host = replay(file);
    expect(run(policy, { object, host })).toEqual(outcome);
    host.assertReplayed();
    expect(recording.calls).toEqual(host.calls);
  });

  it("writes failures too", async () => {
    const recording = record(
      fakeHost({
        "kubernetes/get_resource": () => {
          throw new Error("no cluster");
        },
      }),
    );
    const text = "Callback evaluation failure: no cluster";
    expect(() => run(policy, { object, host: recording })).toThrow(new GuestError(text));
    const host = replay(await sessionFile(recording.session()));
    expect(() => run(policy, { object, host })).toThrow(new GuestError(text));
  });
});

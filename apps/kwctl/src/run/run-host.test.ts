import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import { describe, expect, it } from "vitest";
import type { ConnectedHost } from "../host/connected-host.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { recordedLog } from "../testing/recorded-log.ts";
import { openRunHost, type RunHostOptions } from "./run-host.ts";

const lookUp = "net/v1/dns_lookup_host";
const session = `- type: Exchange
  request: |
    !DNSLookupHost
    host: a.test
  response:
    type: Success
    payload: '{"ips":["192.0.2.1"]}'
- type: Exchange
  request: |
    !DNSLookupHost
    host: b.test
  response:
    type: Error
    message: "no such host: b.test"
`;

/** Resolves one name; notes whether it is still there. */
function fakeHost() {
  const state = { disposed: false };
  const host: ConnectedHost = {
    async serve(_path, name) {
      if (name === "a.test") return jsonAnswer({ ips: ["192.0.2.1"] });
      throw new Error("no such host", { cause: new Error(String(name)) });
    },
    async [Symbol.asyncDispose]() {
      state.disposed = true;
    },
  };
  return { state, host };
}

function open(options: Partial<RunHostOptions>) {
  const { log, lines } = recordedLog();
  const files = memoryFiles({ "/session.yml": session, "/empty.yml": "", "/broken.yml": "- {" });
  const connect = () => Promise.reject(new Error("nothing may be contacted"));
  const opened = openRunHost({ record: undefined, replay: undefined, connect, files, log, ...options });
  return { opened, files, lines };
}

describe("the host of a run", () => {
  it("without a session file is the real one, and ends with the run", async () => {
    const { host, state } = fakeHost();
    const { opened, files } = open({ connect: async () => host });
    {
      await using run = await opened;
      expect(run.serve).toBe(host.serve);
      await run.finish();
    }
    expect(state.disposed).toBe(true);
    expect(files.written.size).toBe(0);
  });

  it("policy-runtime 55: that records writes all exchanges when the run is over, errors with their causes", async () => {
    const { host, state } = fakeHost();
    const { opened, files } = open({ connect: async () => host, record: "/session.yml" });
    {
      await using run = await opened;
      await run.serve(lookUp, "a.test");
      await expect(run.serve(lookUp, "b.test")).rejects.toThrow("no such host");
      expect(files.written.size).toBe(0);
      await run.finish();
    }
    expect(state.disposed).toBe(true);
    expect(new TextDecoder().decode(files.written.get("/session.yml"))).toBe(session);
  });

  it("policy-runtime 55: that records names a file that cannot be written", async () => {
    const { host } = fakeHost();
    const refused = Object.assign(new Error("EACCES"), { code: "EACCES", errno: -13 });
    const files = { ...memoryFiles(), writeFile: () => Promise.reject(refused) };
    const { opened } = open({ connect: async () => host, record: "/out.yml", files });
    await using run = await opened;
    await expect(run.finish()).rejects.toMatchObject({
      code: "KWCTL_INPUT_INVALID",
      message: "Cannot write session file /out.yml: Permission denied (os error 13)",
    });
  });

  it("policy-runtime 54, 55: that replays contacts nobody, and answers as was recorded", async () => {
    const { opened, lines } = open({ replay: "/session.yml" });
    await using run = await opened;
    const { bytes } = await run.serve(lookUp, "a.test");
    expect(new TextDecoder().decode(bytes)).toBe('{"ips":["192.0.2.1"]}');
    await expect(run.serve(lookUp, "b.test")).rejects.toThrow(new Error("no such host: b.test"));
    await run.finish();
    expect(lines).toEqual([]);
  });

  it("policy-runtime 56: that replays warns of what nobody asked for", async () => {
    const { opened, lines } = open({ replay: "/session.yml" });
    await using run = await opened;
    await run.serve(lookUp, "a.test");
    await run.finish();
    expect(lines).toMatchObject([
      {
        level: "warn",
        message: "Some of the recorded exchanges have not been replayed",
        fields: { path: "/session.yml", left: 1 },
      },
    ]);
  });

  it("kwctl-and-oci 9, 34: that replays again begins anew at the end of the session", async () => {
    const { opened, lines } = open({ replay: "/session.yml", replayAgain: true });
    await using run = await opened;
    for (let round = 0; round < 3; round++) {
      await run.serve(lookUp, "a.test");
      await expect(run.serve(lookUp, "b.test")).rejects.toThrow("no such host: b.test");
    }
    await run.finish();
    expect(lines).toEqual([]);
  });

  it("policy-runtime 56: a session that is replayed once answers nothing after its end", async () => {
    const { opened } = open({ replay: "/session.yml" });
    await using run = await opened;
    await run.serve(lookUp, "a.test");
    await expect(run.serve(lookUp, "b.test")).rejects.toThrow("no such host: b.test");
    await expect(run.serve(lookUp, "a.test")).rejects.toThrow("the list of recorded responses is empty");
  });

  it("policy-runtime 56: an empty session answers nothing", async () => {
    const { opened, lines } = open({ replay: "/empty.yml" });
    await using run = await opened;
    await expect(run.serve(lookUp, "a.test")).rejects.toThrow("the list of recorded responses is empty");
    await run.finish();
    expect(lines).toEqual([]);
  });

  it.each([
    ["/none.yml", "Cannot read session file /none.yml: No such file or directory (os error 2)"],
    ["/broken.yml", "Cannot parse session file /broken.yml: not YAML: "],
  ])("policy-runtime 56: a session that cannot be read ends the run: %s", async (replay, message) => {
    await expect(open({ replay }).opened).rejects.toMatchObject({
      code: "KWCTL_INPUT_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("fails where there is nothing to connect to", async () => {
    const connect = () => Promise.reject(new Error("no cluster"));
    await expect(open({ connect, record: "/out.yml" }).opened).rejects.toThrow("no cluster");
  });
});

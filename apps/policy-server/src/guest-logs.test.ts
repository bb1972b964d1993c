import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuest } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { post, startedProgram } from "./testing/started-program.ts";

const levels = ["trace", "DEBUG", "Info", "warning", "error"];

/** Logs a line of each level, and one that is no event, and accepts. */
const chatty = (() => {
  const accepted = '{"accepted":true}';
  const events = [...levels.map((level) => JSON.stringify({ level, message: level, n: 1 })), "{"];
  const calls = events.map(
    (event, index) =>
      `(drop (call $host_call (i32.const 64) (i32.const 10) (i32.const 128) (i32.const 7)
        (i32.const 192) (i32.const 3) (i32.const ${256 + 64 * index}) (i32.const ${event.length})))`,
  );
  return wapcGuest({
    data: [
      [16, accepted],
      [64, "kubewarden"],
      [128, "tracing"],
      [192, "log"],
      ...events.map((event, index) => [256 + 64 * index, event] as const),
    ],
    body: `${calls.join("\n")} (call $guest_response (i32.const 16) (i32.const ${accepted.length})) (i32.const 1)`,
  });
})();

let folder = "";
let module = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-guest-logs-"));
  const path = join(folder, "chatty.wasm");
  await writeFile(path, asPolicy(assemble(chatty)));
  module = `file://${path}`;
});
afterAll(() => rm(folder, { recursive: true }));

describe("what a guest logs", () => {
  it.each([
    ["trace", ["TRACE trace", "DEBUG DEBUG", "INFO Info", "WARN warning", "ERROR error"]],
    ["info", ["INFO Info", "WARN warning", "ERROR error"]],
  ])("policy-server 41: is written with its level, at and above --log-level=%s", async (level, written) => {
    const server = await startedProgram({ p: { module } }, [`--log-level=${level}`]);
    expect(await post(server, "/validate/p")).toMatchObject({ json: { response: { allowed: true } } });
    await server.stop();
    const lines = server.logs().filter(({ fields }) => "data" in fields);
    expect(lines.map((line) => `${line.level} ${line.fields.message}`)).toEqual(written);
    expect(lines[0]).toMatchObject({ target: "policy_log", fields: { data: '{"n":1}' } });
    const lost = server.logs().filter(({ fields }) => fields.message === "Cannot log event");
    expect(lost.map((line) => line.level)).toEqual(["ERROR"]);
  });
});

import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Abi } from "@kubewarden-ts/policy-sdk/build";
import * as v from "valibot";
import { bareEnvironment } from "../programs/run-to-end.ts";
import { partPath } from "../support/requirements.ts";

/** What a policy is asked, and what its host answers on the way; README.md says it exactly. */
export interface Question {
  readonly operation: string;
  readonly payload: string;
  /** By `binding/namespace/operation`; any other call of the host fails. */
  readonly host?: Readonly<Record<string, string>>;
}

const HostCall = v.strictObject({
  binding: v.string(),
  namespace: v.string(),
  operation: v.string(),
  payload: v.string(),
});
/** What a policy asked its host. */
export type HostCall = v.InferOutput<typeof HostCall>;

const hostCalls = v.array(HostCall);
const Reply = v.union([
  v.strictObject({ answer: v.string(), hostCalls }),
  v.strictObject({ error: v.string(), hostCalls }),
]);
/** What came of a question. */
export type Reply = v.InferOutput<typeof Reply>;

const maxReplyBytes = 64 * 2 ** 20;

/**
 * Asks a policy in wasmtime; only where `requires("wasmtime")` does not skip.
 * @throws what wasmtime says of a file that it does not load
 */
export async function askInWasmtime(
  wasm: Uint8Array,
  abi: Abi,
  questions: readonly Question[],
): Promise<Reply[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "wasmtime-"));
  const path = join(folder.path, "policy.wasm");
  await writeFile(path, wasm);
  const options = { env: bareEnvironment, maxBuffer: maxReplyBytes };
  const running = promisify(execFile)(partPath("wasmtime"), [path, abi], options);
  running.child.stdin?.on("error", () => {}); // a file that is not loaded ends it before it reads
  running.child.stdin?.end(questions.map((question) => JSON.stringify(question)).join("\n"));
  const { stdout } = await running;
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => v.parse(Reply, JSON.parse(line)));
}

/** A reply with its answer read as JSON, without the calls of the host. */
export function readReply(reply: Reply): { answer: unknown } | { error: string } {
  return "answer" in reply ? { answer: JSON.parse(reply.answer) } : { error: reply.error };
}

import { spawn } from "node:child_process";
import * as v from "valibot";
import { type Credential, toCredential, toUserAndSecret } from "./credential.ts";

/** Asks the credential helper `docker-credential-<name>` for a server. */
export type AskHelper = (
  name: string,
  server: string,
  options: { signal: AbortSignal },
) => Promise<Credential | undefined>;

/**
 * Docker's credential helpers, as child processes. All reject when a helper is missing, fails, takes too long or answers
 * nonsense; the error says which, and nothing of what is secret.
 */
export interface CredentialHelpers {
  readonly get: AskHelper;
  /** Has the helper keep a credential, in place of the one it has. */
  store(
    name: string,
    server: string,
    credential: Credential,
    options: { signal: AbortSignal },
  ): Promise<void>;
  /** Has the helper forget a credential. */
  erase(name: string, server: string, options: { signal: AbortSignal }): Promise<void>;
}

interface HelperOptions {
  /** What a helper sees; `PATH` tells where helpers lie. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** After that a helper is killed; ten seconds unless told. */
  readonly timeoutMs?: number;
}

const Answer = v.object({ Username: v.string(), Secret: v.string() });

const maxOutputBytes = 64 * 1024;

export function credentialHelpers(options: HelperOptions): CredentialHelpers {
  const run = async (
    name: string,
    verb: "get" | "store" | "erase",
    input: string,
    { signal }: { signal: AbortSignal },
  ): Promise<string> => {
    // the name is a part of a file name
    if (!/^[\w.-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} is not the name of a helper`);
    return await runProgram(`docker-credential-${name}`, verb, input, {
      timeoutMs: 10_000,
      ...options,
      signal,
    });
  };

  return {
    async get(name, server, { signal }) {
      const output = await run(name, "get", server, { signal });
      const { Username, Secret } = parseAnswer(name, output);
      return Secret === "" ? undefined : toCredential(Username, Secret);
    },
    async store(name, server, credential, { signal }) {
      const { username: Username, secret: Secret } = toUserAndSecret(credential);
      await run(name, "store", JSON.stringify({ ServerURL: server, Username, Secret }), { signal });
    },
    async erase(name, server, { signal }) {
      await run(name, "erase", server, { signal });
    },
  };
}

function parseAnswer(name: string, output: string): v.InferOutput<typeof Answer> {
  try {
    return v.parse(Answer, JSON.parse(output));
  } catch {
    throw new Error(`docker-credential-${name} answered no JSON with Username and Secret`);
  }
}

/** The standard output of `<command> <verb>`, with `input` as standard input. */
function runProgram(
  command: string,
  verb: string,
  input: string,
  { env, timeoutMs, signal }: Required<HelperOptions> & { signal: AbortSignal },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const limit = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  const child = spawn(command, [verb], {
    ...{ env, signal: either, killSignal: "SIGKILL", windowsHide: true },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= maxOutputBytes) return;
    child.kill("SIGKILL");
    child.stdout.destroy();
    reject(new Error(`${command} answered more than ${maxOutputBytes} bytes`));
  });
  // a helper that reads nothing has ended already, or will
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  child.on("error", (cause) => {
    // what the helper has started itself may hold its output open
    child.stdout.destroy();
    reject(limit.aborted ? new Error(`${command} did not answer within ${timeoutMs} ms`) : cause);
  });
  child.on("close", (code) => {
    if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
    else reject(new Error(`${command} ended with exit code ${code}`));
  });
  return promise;
}

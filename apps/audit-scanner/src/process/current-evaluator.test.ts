import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { createEvaluator } from "../evaluation/create-evaluator.ts";
import { accepting, startFakePolicyServer } from "../evaluation/testing/fake-policy-server.ts";
import { pod, question } from "../evaluation/testing/questions.ts";
import { createCurrentEvaluator } from "./current-evaluator.ts";

const { signal } = new AbortController();
const root = issueCertificate("root", { authority: true });
const other = issueCertificate("other root", { authority: true });
const serverPair = issueCertificate("server", { issuer: root });
const client = issueCertificate("client", { issuer: root });
const stranger = issueCertificate("stranger", { issuer: other });

/** Of three files: what the scanner trusts, and its own certificate with its key. */
type Files = Partial<Record<"ca.crt" | "tls.crt" | "tls.key", string>>;

/** A policy server that asks for certificates of `root`, and a scanner with those of the files. */
async function rotating(first: Files) {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "audit-rotation-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const write = async (files: Files): Promise<void> => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  };
  await write({ "ca.crt": root.cert, "tls.crt": client.cert, "tls.key": client.key, ...first });
  const asking = { ca: root.cert, requestCert: true, rejectUnauthorized: true };
  const { cert, key } = serverPair;
  const server = stack.use(await startFakePolicyServer(() => accepting, { cert, key, ...asking }));
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
  const files = {
    extraCaFile: join(folder, "ca.crt"),
    clientCertFile: join(folder, "tls.crt"),
    clientKeyFile: join(folder, "tls.key"),
  };
  const open = (tls: Parameters<typeof createEvaluator>[0]["tls"]) =>
    createEvaluator({ tls, log: silentLogger });
  const current = stack.use(await createCurrentEvaluator(files, open, log));
  const owned = stack.move();
  return {
    ...{ folder, lines, write, remove: (name: string) => rm(join(folder, name)) },
    async result(): Promise<string | undefined> {
      await current.refresh();
      const asked = [question("clusterwide-p", server.url)];
      const [verdict] = await current.evaluator.evaluate(pod(), asked, signal);
      return verdict?.result;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe("createCurrentEvaluator", () => {
  it.each<[string, Files, Files]>([
    [
      "certificate and key",
      { "tls.crt": stranger.cert, "tls.key": stranger.key },
      { "tls.crt": client.cert, "tls.key": client.key },
    ],
    ["authority", { "ca.crt": other.cert }, { "ca.crt": root.cert }],
  ])("audit-and-reports 13: uses a %s that came since, without a restart", async (_row, before, after) => {
    await using ground = await rotating(before);
    expect(await ground.result()).toBe("error");
    await ground.write(after);
    expect(await ground.result()).toBe("pass");
    expect(ground.lines.map(({ level }) => level)).toEqual(["info"]);
  });

  it("keeps what it has while files cannot be used, and says so once with their paths", async () => {
    await using ground = await rotating({});
    await ground.remove("tls.key");
    for (let run = 0; run < 2; run++) expect(await ground.result()).toBe("pass");
    await ground.write({ "tls.key": stranger.key });
    for (let run = 0; run < 2; run++) expect(await ground.result()).toBe("pass");
    expect(ground.lines.map(({ level }) => level)).toEqual(["warn", "warn"]);
    expect(JSON.stringify(ground.lines[0])).toContain(
      `loading client certificate: ${join(ground.folder, "tls.key")}: No such file`,
    );
    expect(JSON.stringify(ground.lines[1])).toContain("not a certificate and its key");
    await ground.write({ "tls.crt": stranger.cert });
    expect(await ground.result()).toBe("error");
  });
});

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeApiServer } from "@kubewarden-ts/kube/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { goGuestRows, regoGuestRows } from "./built-guest-rows.ts";
import { bundledProgram } from "./bundled-program.ts";
import { type GuestRow, type RequestName, requests } from "./guest-row.ts";
import { bareEnvironment, type EndedProgram, runToEnd } from "./run-to-end.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";
import { textGuestRows } from "./text-guest-rows.ts";
import { timeoutText } from "./verdict.ts";

/** All rows by `KUBEWARDEN_TS_SOAK=1`; without, those that cost much and show little are left out. */
const isLongForm = process.env["KUBEWARDEN_TS_SOAK"] === "1";
const hookTimeoutMs = isLongForm ? 600_000 : 120_000;

/** An endless guest costs both programs a second of CPU, one that is refused costs a process: one of a kind. */
const dearOnes: ReadonlySet<string> = new Set([
  ...["wapc-text-loop-in-call", "wapc-text-sleep", "opa-endless-ends"],
  ...["wapc-text-trap-in-init", "wapc-text-reject-settings", "wapc-text-no-guest-call", "wasi-text-no-start"],
  ...["opa-text-no-entrypoint", "opa-http-send-asks", "go-wasi-settings"],
]);

function isInShortForm({ id, verdict }: GuestRow): boolean {
  if (verdict.kind === "endless" || verdict.kind === "refused") return dearOnes.has(id);
  // what fails in both modes of Rego fails in the same place
  return (
    !id.startsWith("gatekeeper-text-") || (verdict.kind === "rejects" && verdict.text.includes("Gatekeeper"))
  );
}

const rows: GuestRow[] = [
  ...textGuestRows(),
  ...(requires("go").skip ? [] : goGuestRows()),
  ...(requires("opa").skip ? [] : await regoGuestRows()),
].filter((row) => isLongForm || isInShortForm(row));

const isRefused = ({ verdict }: GuestRow): boolean =>
  verdict.kind === "refused" || (verdict.kind === "endless" && verdict.in === "start");
const isEndless = ({ verdict }: GuestRow): boolean => verdict.kind === "endless";
const present = rows.filter(({ missing }) => missing === undefined);
const answering = present.filter((row) => !isRefused(row));

describe("policy-runtime 3, 5, 15: every guest gives the same bytes in the policy server and in kwctl", () => {
  const started = new AsyncDisposableStack();
  /** of the policy server, by id: the response as it stands in its answer */
  const served = new Map<string, string>();
  /** of kwctl, by id: the line that it printed */
  const printed = new Map<string, string>();
  let kwctl: (args: readonly string[]) => Promise<EndedProgram>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "same-bytes-"));
    started.defer(() => rm(folder, { recursive: true }));
    const env = { ...bareEnvironment, KUBECONFIG: await writeKubeconfig() };
    const [kwctlProgram, serverProgram] = await Promise.all([
      bundledProgram("kwctl"),
      bundledProgram("policy-server"),
      writeModules(),
    ]);
    started.use(kwctlProgram);
    started.use(serverProgram);
    kwctl = (args) => runToEnd(kwctlProgram.path, ["run", ...args], { env });
    const policies = Object.fromEntries(present.map((row) => [row.id, entryOf(row)]));
    const server = started.use(
      await startServerProgram(serverProgram.path, {
        ...{ policies, env },
        args: ["--continue-on-errors", "--policy-timeout=60", "--workers=1"],
      }),
    );
    await Promise.all([serveAll(server), printAll()]);
  }, hookTimeoutMs);
  afterAll(() => started.disposeAsync());

  /** A small cluster that does not change. */
  async function writeKubeconfig(): Promise<string> {
    const cluster = started.use(await createFakeApiServer());
    const labels = { app: "web" };
    cluster.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "front" } });
    cluster.put({ apiVersion: "v1", kind: "Service", metadata: { namespace: "front", name: "web", labels } });
    cluster.put({ apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace: "front", name: "web" } });
    cluster.decide = () => ({ allowed: true, reason: "allowed by the fake" });
    const path = join(folder, "kubeconfig");
    const config = {
      clusters: [{ name: "fake", cluster: { server: cluster.url } }],
      users: [{ name: "nobody", user: {} }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "nobody" } }],
      "current-context": "fake",
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  const moduleOf = ({ id }: GuestRow): string => join(folder, "modules", `${id}.wasm`);
  const requestOf = (name: RequestName): string => join(folder, `${name}.json`);

  async function writeModules(): Promise<void> {
    await mkdir(join(folder, "modules"));
    for (const row of present) await writeFile(moduleOf(row), row.module());
    for (const [name, text] of Object.entries(requests)) await writeFile(join(folder, `${name}.json`), text);
  }

  function entryOf(row: GuestRow): object {
    const { settings = {}, resources = [] } = row;
    const module = `file://${moduleOf(row)}`;
    const timeout = isEndless(row) ? { timeoutEvalSeconds: 1 } : {};
    return {
      ...{
        module,
        settings,
        allowedToMutate: true,
        contextAwareResources: resources,
        hostCapabilities: ["*"],
      },
      ...timeout,
    };
  }

  async function serve(server: RunningServer, { id, request }: GuestRow): Promise<void> {
    const isRaw = request === "raw";
    const body = isRaw ? `{"request":${requests[request]}}` : requests[request];
    const answer = await server.post(`/${isRaw ? "validate_raw" : "validate"}/${id}`, body);
    const start = isRaw
      ? '{"response":'
      : '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":';
    if (!answer.startsWith(start)) throw new Error(`${id}: ${answer}`);
    served.set(id, answer.slice(start.length, -1));
  }

  /** Those that keep a CPU come last, one by one: what runs beside several of them begins again too often. */
  async function serveAll(server: RunningServer): Promise<void> {
    await Promise.all(present.filter((row) => !isEndless(row)).map((row) => serve(server, row)));
    for (const row of present.filter(isEndless)) await serve(server, row);
  }

  /** One run for each request, the longest beside the others, and one for the guests that are cut at a limit. */
  async function printAll(): Promise<void> {
    const printOthers = async () => {
      for (const name of Object.keys(requests) as RequestName[])
        if (name !== "plain") await printRequest(name);
      await print("endless", "plain", answering.filter(isEndless), ["--policy-timeout=1"]);
    };
    await Promise.all([printRequest("plain"), printOthers()]);
  }

  function printRequest(name: RequestName): Promise<void> {
    const asked = answering.filter((row) => row.request === name && !isEndless(row));
    return print(name, name, asked, []);
  }

  async function print(
    file: string,
    request: RequestName,
    asked: readonly GuestRow[],
    args: readonly string[],
  ): Promise<void> {
    if (asked.length === 0) return;
    const path = join(folder, `${file}.yaml`);
    await writeFile(path, asked.map((row) => JSON.stringify(customResourceOf(row))).join("\n---\n"));
    const run = await kwctl([path, "--allow-context-aware", "-r", requestOf(request), ...args]);
    const lines = run.stdout.split("\n");
    if (run.exitCode !== 0 || lines.length !== asked.length + 1) {
      throw new Error(`${run.stdout}\n${run.stderr.slice(-2000)}`);
    }
    for (const [index, { id }] of asked.entries()) printed.set(id, lines[index] ?? "");
  }

  function customResourceOf(row: GuestRow): object {
    const { settings = {}, resources: contextAwareResources = [] } = row;
    const module = `file://${moduleOf(row)}`;
    return {
      ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy" },
      metadata: { name: row.id },
      spec: { module, settings, mutating: true, contextAwareResources },
    };
  }

  it.for(rows.filter((row) => !isRefused(row)))("$id on $request", ({ id, verdict, missing }, { skip }) => {
    skip(missing !== undefined, missing);
    const response = served.get(id) ?? "";
    expect(printed.get(id)).toBe(response);
    const uid = id.endsWith("-raw") || id.startsWith("opa-raw") ? "raw-1" : "u1";
    const accepted = `{"uid":"${uid}","allowed":true,"auditAnnotations":null,"warnings":null}`;
    if (verdict.kind === "accepts") expect(response).toBe(accepted);
    else expect(response).toContain(verdict.kind === "endless" ? timeoutText : verdict.text);
  });

  it.for(rows.filter(isRefused))("$id: is refused for the same reason", async (row, { skip }) => {
    const { id, verdict, missing, settings = {} } = row;
    skip(missing !== undefined, missing);
    const text = verdict.kind === "refused" ? verdict.text : timeoutText;
    const { status } = JSON.parse(served.get(id) ?? "{}");
    expect(status).toEqual({ code: 500, message: expect.stringContaining(text) });
    const own = status.message
      .replace(`bootstrap failure: ${id}: `, "policy-from-cli: ")
      .replace("Policy settings are invalid: ", "Provided settings are not valid: ");
    const limit = isEndless(row) ? ["--policy-timeout=1"] : [];
    const args = [moduleOf(row), "--settings-json", JSON.stringify(settings), ...limit];
    const { exitCode, stdout, stderr } = await kwctl([...args, "-r", requestOf("plain")]);
    const error = stderr.split("\n").find((line) => line.startsWith("Error: "));
    expect({ exitCode, stdout, error }).toEqual({
      exitCode: 1,
      stdout: "",
      error: expect.stringContaining(own.split("\n")[0]),
    });
  });
});

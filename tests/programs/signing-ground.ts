import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import * as v from "valibot";
import { memoryFiles } from "../../apps/kwctl/src/testing/memory-files.ts";
import { runKwctl } from "../../apps/kwctl/src/testing/run-kwctl.ts";
import { type WapcGuestName, wapcGuests } from "../guests/text/wapc.ts";
import { pushImage } from "../registry/push.ts";
import type { Signed } from "../registry/signature-layers.ts";
import { startRegistry } from "../registry/start-registry.ts";
import { type Claims, type Fault, startSigstore } from "../support/sigstore-services.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { bareEnvironment, type EndedProgram, runToEnd } from "./run-to-end.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";
import type { AttackGround } from "./signature-attacks.ts";

const issuer = "https://issuer.test";
const workflow = "https://github.com/acme/policies/.github/workflows/release.yml@refs/tags/v1";

const Answer = v.object({
  response: v.object({
    allowed: v.boolean(),
    status: v.optional(v.object({ message: v.optional(v.string()) })),
  }),
});

/** A module like no other: its image has a digest of its own. */
export function moduleNamed(name: string, guest: WapcGuestName = "accept"): Uint8Array {
  return asPolicy(assemble(wapcGuests[guest]), { annotations: { "io.kubewarden.policy.title": name } });
}

/**
 * Both programs, a real registry, a private Sigstore, and a folder of files: `key.pem` and `key.pub`, `sources.yml`,
 * `trust.json`, and `verification.yml`, which asks for a workflow of `acme` or for the key with an annotation.
 */
export type SigningGround = Awaited<ReturnType<typeof openSigningGround>>;

/** @example await using ground = await openSigningGround(); */
export async function openSigningGround() {
  await using parts = new AsyncDisposableStack();
  const programs = {
    kwctl: parts.use(await bundledProgram("kwctl")),
    server: parts.use(await bundledProgram("policy-server")),
  };
  const registry = parts.use(await startRegistry());
  const sigstore = parts.use(await startSigstore());
  const folder = await mkdtemp(join(tmpdir(), "signed-policies-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = key.publicKey.export({ format: "pem", type: "spki" }).toString();

  const file = (name: string): string => join(folder, name);
  const write = (name: string, text: string): Promise<void> => writeFile(file(name), text);
  const sources = JSON.stringify({ insecure_sources: [registry.host] });
  const trustConfig = (fault?: Fault): string => JSON.stringify(sigstore.trustConfig(fault));
  const token = (claims: Partial<Claims>): string =>
    sigstore.token({ iss: issuer, sub: workflow, ...claims });
  await write("key.pem", key.privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  await write("key.pub", publicKey);
  await write("sources.yml", sources);
  await write("trust.json", trustConfig());
  await write("token", token({}));
  await write("request.json", requests.plain);
  const signatures = [
    { kind: "genericIssuer", issuer, subject: { urlPrefix: "https://github.com/acme" } },
    { kind: "pubKey", key: publicKey, annotations: { env: "prod" } },
  ];
  await write(
    "verification.yml",
    JSON.stringify({ apiVersion: "v1", anyOf: { minimumMatches: 1, signatures } }),
  );

  /** Flags of kwctl. */
  const flags = {
    sources: `--sources-path=${file("sources.yml")}`,
    trust: `--sigstore-trust-config=${file("trust.json")}`,
    verification: `--verification-config-path=${file("verification.yml")}`,
  };
  const uri = ({ repository }: Pick<Signed, "repository">): string =>
    `registry://${registry.host}/${repository}:v1`;

  /** @param options.home - a folder with a store of its own */
  const kwctl = (
    args: readonly string[],
    { home = "home", env = {} }: { home?: string; env?: Readonly<Record<string, string>> } = {},
  ): Promise<EndedProgram> =>
    runToEnd(programs.kwctl.path, args, { env: { ...bareEnvironment, HOME: file(home), ...env } });

  const serverArgs = ({ store, sourcesFile = "sources.yml" }: { store: string; sourcesFile?: string }) => [
    ...["--ignore-kubernetes-connection-failure", `--policies-download-dir=${file(store)}`],
    ...[`--verification-path=${file("verification.yml")}`, `--sources-path=${file(sourcesFile)}`],
  ];

  /** Runs a server that is not to start, to its end. */
  const refusedServer = async (
    policies: object,
    { args = [flags.trust], env = {}, ...places }: ServerOptions = {},
  ): Promise<EndedProgram> => {
    await write("policies.yml", JSON.stringify(policies));
    const all = [
      ...serverArgs({ store: "refused", ...places }),
      `--policies=${file("policies.yml")}`,
      ...args,
    ];
    return await runToEnd(programs.server.path, all, { env: { ...bareEnvironment, ...env } });
  };

  const server = async (policies: object, store: string, ...args: string[]) => {
    const running = await startServerProgram(programs.server.path, {
      policies,
      args: [...serverArgs({ store }), flags.trust, ...args],
    });
    return askable(running);
  };

  /** A server that verifies no modules, for policies that verify images. */
  const startServer = async (policies: object) => {
    const args = ["--ignore-kubernetes-connection-failure", flags.sources, flags.trust];
    return askable(await startServerProgram(programs.server.path, { policies, args }));
  };

  const push = async (name: string): Promise<Signed> => {
    const repository = `policies/${name}`;
    const layers = [{ bytes: moduleNamed(name.split("/").at(-1) ?? name), mediaType: moduleLayerType }];
    const { digest } = await pushImage(registry, { repository, tag: "v1", layers });
    return { repository, digest };
  };

  /** In this process: an attacker needs no program of ours. */
  const signKeyless: AttackGround["signKeyless"] = async (signed, claims, fault) => {
    const files = memoryFiles({
      ...{ "/sources.yml": sources, "/trust.json": trustConfig(fault), "/token": token(claims) },
    });
    const args = ["--sources-path=/sources.yml", "--sigstore-trust-config=/trust.json"];
    const ended = await runKwctl(["sign", uri(signed), ...args, "--identity-token=/token"], { files });
    if (ended.code !== 0) throw new Error(ended.stderr);
  };

  const owned = parts.move();
  return {
    ...{ registry, file, write, flags, uri, kwctl, server, startServer, refusedServer, push, signKeyless },
    log: sigstore.log,
    trustedKey: key.publicKey,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface ServerOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly store?: string;
  readonly sourcesFile?: string;
}

function askable(server: RunningServer) {
  return {
    /** What a policy says about a review; of a Pod without containers unless told. */
    ask: async (id: string, review: string = requests.plain) =>
      v.parse(Answer, JSON.parse(await server.post(`/validate/${id}`, review))).response,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { OciError } from "../errors.ts";
import { type Credential, toUserAndSecret } from "./credential.ts";
import { dockerConfigPath } from "./credential-files.ts";
import type { CredentialHelpers } from "./credential-helper.ts";
import { type DockerConfig, isKeyOf, keeperOf, parseDockerConfig } from "./docker-config.ts";

/** Where credentials are kept. */
export interface KeepOptions {
  /** Of Docker's `config.json`, see `dockerConfigFolder`; it is made where it is missing. */
  readonly folder: string;
  readonly helpers: CredentialHelpers;
  readonly signal: AbortSignal;
}

/** Where a credential is: in the file, or with a helper of this name. */
export type Keeper =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "helper"; readonly name: string };

/**
 * Keeps the credential of a registry as `docker login` does: with the helper that `config.json` names for the registry or
 * for all, else in the file itself, which nobody else can read and which is there as a whole at all times. What else it
 * holds stays.
 * @param registry - `host` or `host:port` as in image references
 * @throws {OciError} `OCI_CREDENTIALS_NOT_KEPT`, without anything secret
 */
export async function storeCredential(
  registry: string,
  credential: Credential,
  options: KeepOptions,
): Promise<Keeper> {
  const { folder, helpers, signal } = options;
  if (credential.kind === "password" && credential.username.includes(":")) {
    throw notKept("a user name cannot hold a colon: registries would take what follows it for the password");
  }
  const path = dockerConfigPath(folder);
  const { document, config } = await readDocument(path);
  const { helper, server } = keeperOf(registry, config);
  if (helper !== undefined)
    await byHelper(helper, () => helpers.store(helper, server, credential, { signal }));
  // an entry without content tells other programs that the helper knows more
  const entry = helper === undefined ? entryOf(credential) : {};
  const others = Object.entries(config.auths ?? {}).filter(([key]) => !isKeyOf(registry, key));
  await writeDocument(path, { ...document, auths: Object.fromEntries([...others, [server, entry]]) });
  return helper === undefined ? { kind: "file", path } : { kind: "helper", name: helper };
}

/**
 * Forgets the credential of a registry as `docker logout` does, under all its names.
 * @returns whether there was one
 * @throws {OciError} `OCI_CREDENTIALS_NOT_KEPT`
 */
export async function eraseCredential(registry: string, options: KeepOptions): Promise<boolean> {
  const { folder, helpers, signal } = options;
  const path = dockerConfigPath(folder);
  const { document, config } = await readDocument(path);
  const { helper, server } = keeperOf(registry, config);
  const wasWithHelper = helper !== undefined && (await eraseFrom(helper, server, { helpers, signal }));
  const entries = Object.entries(config.auths ?? {});
  const others = entries.filter(([key]) => !isKeyOf(registry, key));
  if (others.length < entries.length) {
    await writeDocument(path, { ...document, auths: Object.fromEntries(others) });
  }
  return wasWithHelper || others.length < entries.length;
}

async function eraseFrom(
  helper: string,
  server: string,
  { helpers, signal }: Pick<KeepOptions, "helpers" | "signal">,
): Promise<boolean> {
  // that there is none is a failure to some helpers
  const found = await helpers.get(helper, server, { signal }).catch(() => undefined);
  if (found === undefined) return false;
  await byHelper(helper, () => helpers.erase(helper, server, { signal }));
  return true;
}

async function byHelper(name: string, deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (cause) {
    throw notKept(`the credential helper ${name} failed`, cause);
  }
}

function entryOf(credential: Credential): Record<string, string> {
  if (credential.kind === "identity-token") return { identitytoken: credential.token };
  const { username, secret } = toUserAndSecret(credential);
  return { auth: Buffer.from(`${username}:${secret}`).toString("base64") };
}

/** What the file holds, and what of it is about registries. A file that cannot be read is not written over. */
async function readDocument(path: string): Promise<{ document: object; config: DockerConfig }> {
  const text = await readIfThere(path);
  if (text === undefined || text.trim() === "") return { document: {}, config: {} };
  try {
    const config = parseDockerConfig(text);
    return { document: v.parse(JsonObject, JSON.parse(text)), config };
  } catch (cause) {
    throw notKept(`${path} is not what Docker writes: correct it, or move it away`, cause);
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw notKept(`cannot read ${path}: ${osErrorText(cause)}`);
  }
}

/** Puts the file in place as a whole; a link to it stays one. */
async function writeDocument(path: string, document: object): Promise<void> {
  let temporary: string | undefined;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const target = await realpath(path).catch(() => path);
    temporary = join(dirname(target), `.${randomUUID()}.tmp`);
    await writeWhole(temporary, `${JSON.stringify(document, null, "\t")}\n`);
    await rename(temporary, target);
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true });
    throw notKept(`cannot write ${path}: ${osErrorText(cause)}`);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await using file = await open(path, "wx", 0o600);
  await file.writeFile(text);
  await file.sync();
}

function notKept(message: string, cause?: unknown): OciError {
  return new OciError(message, { code: "OCI_CREDENTIALS_NOT_KEPT", cause });
}

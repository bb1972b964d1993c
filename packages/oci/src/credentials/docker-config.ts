import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { type Credential, toCredential } from "./credential.ts";

const text = v.nullish(v.string());

const Entry = v.pipe(
  JsonObject,
  v.object({ auth: text, username: text, password: text, identitytoken: text }),
);

/** `config.json` of Docker, as far as it is about registries. What is `null` or unknown counts as absent. */
const Config = v.pipe(
  JsonObject,
  v.object({
    auths: v.nullish(v.pipe(JsonObject, v.record(v.string(), v.unknown()))),
    credHelpers: v.nullish(v.pipe(JsonObject, v.record(v.string(), v.string()))),
    credsStore: text,
  }),
);

/** A way to a credential; the first that gives one counts. */
export type CredentialSource =
  | { readonly kind: "helper"; readonly name: string; readonly server: string }
  | { readonly kind: "entry"; readonly entry: unknown };

export type DockerConfig = v.InferOutput<typeof Config>;

/** What helpers and Docker's own file know Docker Hub by. */
const dockerHubServer = "https://index.docker.io/v1/";

/** Names of Docker Hub; helpers know it by the first. */
const dockerHubNames = [dockerHubServer, "index.docker.io", "docker.io", "registry-1.docker.io"];

/** @throws {Error} saying what is wrong, without anything that the text holds: it is full of secrets */
export function parseDockerConfig(source: string): DockerConfig {
  const result = v.safeParse(Config, parseJson(source));
  if (result.success) return result.output;
  const fields = result.issues.map(
    ({ path }) => path?.map(({ key }) => String(key)).join(".") ?? "the document",
  );
  throw new Error(`wrong type of ${fields.join(", ")}`);
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw new Error("not JSON");
  }
}

/**
 * Where to look for the credential of a registry, in the order of kwctl-and-oci 12.
 * @param repository - where keys may be of a part of a registry, as in files of containers-auth.json(5)
 */
export function sourcesFor(registry: string, config: DockerConfig, repository?: string): CredentialSource[] {
  const { key, helper } = ownHelper(registry, config);
  const auths = own(config.auths);
  const entry =
    partsOf(registry, repository)
      .map((part) => auths.get(part))
      .find((found) => found !== undefined) ?? entryOf(registry, auths);
  const server = serverOf(registry);
  const ask = (name: string, as: string | undefined): CredentialSource[] =>
    as === undefined || !name ? [] : [{ kind: "helper", name, server: as }];
  return [
    ...(helper === undefined ? [] : ask(helper, key)),
    // a helper may know Docker Hub by its official name alone
    ...(helper === undefined || key === server ? [] : ask(helper, server)),
    ...(entry === undefined ? [] : [{ kind: "entry", entry } as const]),
    ...ask(config.credsStore ?? "", server),
  ];
}

/**
 * The credential of an entry of `auths`.
 * @returns nothing for an entry that holds none: a helper has it
 * @throws {Error} saying what is wrong, without what the entry holds
 */
export function readEntry(value: unknown): Credential | undefined {
  const result = v.safeParse(Entry, value);
  if (!result.success) throw new Error("the entry is not an object of texts");
  const { auth, username, password, identitytoken } = result.output;
  if (identitytoken) return { kind: "identity-token", token: identitytoken };
  if (auth) return decodeAuth(auth);
  return username && password ? toCredential(username, password) : undefined;
}

/** `user:password` in base64; padding may be missing, the password may hold colons. */
function decodeAuth(auth: string): Credential {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(auth.trim())) throw new Error("auth is not base64");
  const decoded = Buffer.from(auth, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon < 0) throw new Error("auth holds no colon between user and password");
  return toCredential(decoded.slice(0, colon), decoded.slice(colon + 1));
}

/** The helper that would keep the credential of a registry, and as what; nothing: the file itself does. */
export function keeperOf(
  registry: string,
  config: DockerConfig,
): { helper: string | undefined; server: string } {
  const { key, helper } = ownHelper(registry, config);
  const server = serverOf(registry);
  return helper ? { helper, server: key ?? server } : { helper: config.credsStore || undefined, server };
}

/** The helper that is named for one registry, and the name it is named for. */
function ownHelper(
  registry: string,
  config: DockerConfig,
): { key: string | undefined; helper: string | undefined } {
  const names = isDockerHub(registry) ? [...new Set([registry, ...dockerHubNames])] : [registry];
  const helpers = own(config.credHelpers);
  const key = names.find((name) => helpers.has(name));
  return { key, helper: key === undefined ? undefined : helpers.get(key) };
}

function serverOf(registry: string): string {
  return isDockerHub(registry) ? dockerHubServer : registry;
}

function isDockerHub(registry: string): boolean {
  return dockerHubNames.includes(registry);
}

/** `registry/a/b`, then `registry/a`: the longest name counts. */
function partsOf(registry: string, repository: string | undefined): string[] {
  const segments = repository?.split("/") ?? [];
  return segments.map((_, index) => [registry, ...segments.slice(0, segments.length - index)].join("/"));
}

function entryOf(registry: string, entries: ReadonlyMap<string, unknown>): unknown {
  const key = entries.has(registry) ? registry : entries.keys().find((name) => isKeyOf(registry, name));
  return key === undefined ? undefined : (entries.get(key) ?? undefined);
}

/** Whether a key of `auths` is one of a registry. */
export function isKeyOf(registry: string, key: string): boolean {
  return normalName(key) === normalName(registry);
}

/** The host alone where there is a scheme, and one name for Docker Hub. */
function normalName(name: string): string {
  const host = /^https?:\/\//.test(name) ? name.replace(/^https?:\/\//, "").replace(/\/.*$/s, "") : name;
  return host === "docker.io" || host === "registry-1.docker.io" ? "index.docker.io" : host;
}

function own<Value>(record: Readonly<Record<string, Value>> | null | undefined): ReadonlyMap<string, Value> {
  return new Map(Object.entries(record ?? {}));
}

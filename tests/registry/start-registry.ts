import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hash } from "bcryptjs";
import { type Authority, createAuthority, type KeyPair } from "../support/authority.ts";
import { partPath } from "../support/requirements.ts";
import { freePort, startServer, withFreshPorts } from "../support/server-process.ts";
import { type HttpAnswer, type HttpRequest, send } from "./http.ts";
import {
  startTokenServer,
  TOKEN_ISSUER,
  TOKEN_SERVICE,
  type TokenRequest,
  type TokenRules,
  type TokenServer,
} from "./token-server.ts";

export type RegistryAuth =
  | "none"
  | { kind: "basic"; user: string; password: string }
  | ({ kind: "token" } & TokenRules);

export interface RegistryOptions {
  /** plain HTTP without; with `true` under an authority made for this registry */
  tls?: boolean | Authority;
  /** `"none"` without */
  auth?: RegistryAuth;
}

/** A registry of images on the loopback address; it and all it holds are gone when it is disposed of. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:<port>`, the start of a reference to an image */
  host: string;
  /** `http://` or `https://` and the host */
  url: string;
  /** the authority to trust, as PEM; absent over plain HTTP */
  ca: string | undefined;
  /** requests for tokens so far; none with other kinds of authentication */
  tokenRequests: readonly TokenRequest[];
  /** the end of the registry's log, with a line for each request */
  log(): string;
  /** the `Authorization` header of all rights to a repository; nothing where none is asked for */
  authorization(repository: string): string | undefined;
  /** sends a request of the set-up with all rights: no client of the registry under test */
  send(request: Omit<HttpRequest, "url" | "ca"> & { path: string; repository: string }): Promise<HttpAnswer>;
}

interface Place {
  folder: string;
  authority: Authority;
  tls: KeyPair | undefined;
  auth: RegistryAuth;
  tokens: TokenServer | undefined;
}

/**
 * Starts Debian's docker-registry on a free port, and waits until it answers; only where `requires("registry")` does not
 * skip.
 * @example await using registry = await startRegistry({ tls: true });
 */
export async function startRegistry({ tls = false, auth = "none" }: RegistryOptions = {}): Promise<Registry> {
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-registry-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const authority = typeof tls === "object" ? tls : await createAuthority("test registry");
  const names = { commonName: "registry", dnsNames: ["localhost"], addresses: ["127.0.0.1"] };
  const pair = tls === false ? undefined : await authority.issue(names);
  const needsTokens = auth !== "none" && auth.kind === "token";
  const tokens = needsTokens ? parts.use(await startTokenServer(auth, { authority, tls: pair })) : undefined;
  const place: Place = { folder, authority, tls: pair, auth, tokens };
  await writeFiles(place);
  const { host, server } = await withFreshPorts(() => startProgram(place));
  parts.use(server);
  const owned = parts.move();
  return {
    ...access(place, host),
    host,
    tokenRequests: tokens?.requests ?? [],
    log: () => server.output,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function access(
  { authority, tls, auth, tokens }: Place,
  host: string,
): Pick<Registry, "url" | "ca" | "authorization" | "send"> {
  const url = `${tls === undefined ? "http" : "https"}://${host}`;
  const ca = tls === undefined ? undefined : authority.cert;
  return {
    url,
    ca,
    authorization: (repository) => authorizationOf(auth, tokens, repository),
    send({ path, repository, headers, ...request }) {
      const authorization = authorizationOf(auth, tokens, repository);
      const all = { ...headers, ...(authorization === undefined ? {} : { authorization }) };
      return send({ ...request, url: new URL(path, url).href, ca, headers: all });
    },
  };
}

function authorizationOf(
  auth: RegistryAuth,
  tokens: TokenServer | undefined,
  repository: string,
): string | undefined {
  if (auth === "none") return undefined;
  if (tokens !== undefined) return `Bearer ${tokens.mint([`repository:${repository}:pull,push,delete`])}`;
  return `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}`;
}

async function writeFiles({ folder, authority, tls, auth, tokens }: Place): Promise<void> {
  await mkdir(join(folder, "data"));
  const files: Record<string, string> = {
    "ca.crt": authority.cert,
    ...(tls === undefined ? {} : { "registry.crt": tls.cert, "registry.key": tls.key }),
    ...(tokens === undefined ? {} : { "tokens.crt": tokens.certificate + authority.cert }),
  };
  if (auth !== "none" && auth.kind === "basic") {
    files["htpasswd"] = `${auth.user}:${await hash(auth.password, 4)}\n`; // the registry knows bcrypt only
  }
  const write = ([name, text]: [string, string]) => writeFile(join(folder, name), text, { mode: 0o600 });
  await Promise.all(Object.entries(files).map(write));
}

async function startProgram(place: Place) {
  const { folder, authority, tls } = place;
  const host = `127.0.0.1:${await freePort()}`;
  const configPath = join(folder, "config.yml");
  await writeFile(configPath, JSON.stringify(configOf(place, host)));
  const url = `${tls === undefined ? "http" : "https"}://${host}/v2/`;
  const ca = tls === undefined ? undefined : authority.cert;
  const ready = async (signal: AbortSignal) =>
    [200, 401].includes((await send({ method: "GET", url, ca, signal })).status);
  const command = partPath("registry");
  return { host, server: await startServer({ command, args: ["serve", configPath], folder, ready }) };
}

function configOf({ folder, tls, auth, tokens }: Place, host: string): object {
  return {
    version: "0.1",
    log: { level: "info" },
    storage: {
      filesystem: { rootdirectory: join(folder, "data") },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: host,
      ...(tls && { tls: { certificate: join(folder, "registry.crt"), key: join(folder, "registry.key") } }),
    },
    ...(auth !== "none" && { auth: authConfigOf(auth, tokens, folder) }),
  };
}

function authConfigOf(
  auth: Exclude<RegistryAuth, "none">,
  tokens: TokenServer | undefined,
  folder: string,
): object {
  if (auth.kind === "basic") return { htpasswd: { realm: "test registry", path: join(folder, "htpasswd") } };
  return {
    token: {
      realm: tokens?.realm,
      service: TOKEN_SERVICE,
      issuer: TOKEN_ISSUER,
      rootcertbundle: join(folder, "tokens.crt"),
    },
  };
}

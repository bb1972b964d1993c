import { randomUUID, sign } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Authority, KeyPair } from "../support/authority.ts";

/** What a registry asks of a token, and what its clients are told. */
export const TOKEN_SERVICE = "test registry";
export const TOKEN_ISSUER = "test token server";

/** Who gets which token. */
export interface TokenRules {
  user: string;
  password: string;
  /** what clients without credentials get: nothing without */
  anonymous?: "nothing" | "pull";
  /** 300 without */
  lifetimeSeconds?: number;
}

/** A request for a token, as the server got it. */
export interface TokenRequest {
  /** nothing for one without credentials */
  user: string | undefined;
  /** such as `repository:policies/demo:pull` */
  scopes: string[];
  service: string | undefined;
  status: 200 | 401;
}

/** Hands out tokens that say what their bearer may do in a registry; stopped when it is disposed of. */
export interface TokenServer extends AsyncDisposable {
  /** where clients ask */
  realm: string;
  /** what was asked so far */
  requests: readonly TokenRequest[];
  /** certificate of the key that signs, as PEM */
  certificate: string;
  /** a token without asking, for the set-up of tests */
  mint(scopes: readonly string[]): string;
}

interface Access {
  type: string;
  name: string;
  actions: string[];
}

/** Starts a token server; over TLS with `tls`. */
export async function startTokenServer(
  rules: TokenRules,
  { authority, tls }: { authority: Authority; tls: KeyPair | undefined },
): Promise<TokenServer> {
  const signer = await authority.issue({ commonName: TOKEN_ISSUER });
  const mint = (scopes: readonly string[], allowed?: readonly string[]) =>
    signToken(
      signer,
      scopes.map(accessOf).map((access) => restrict(access, allowed)),
      rules.lifetimeSeconds ?? 300,
    );
  const requests: TokenRequest[] = [];
  const listener: RequestListener = (request, response) => {
    const { record, allowed } = judge(request, rules);
    requests.push(record);
    response.setHeader("content-type", "application/json");
    if (record.status !== 200)
      return response.writeHead(401).end('{"details":"incorrect username or password"}');
    const token = mint(record.scopes, allowed);
    const expiry = { expires_in: rules.lifetimeSeconds ?? 300, issued_at: new Date().toISOString() };
    response.end(JSON.stringify({ token, access_token: token, ...expiry }));
  };
  const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  const realm = `${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}/token`;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
  };
  return { realm, requests, certificate: signer.cert, mint, [Symbol.asyncDispose]: stop };
}

/** Who asks, for what, and which actions that one may have; all of them without a list. */
function judge(
  { url = "/", headers }: IncomingMessage,
  { user, password, anonymous = "nothing" }: TokenRules,
): { record: TokenRequest; allowed?: readonly string[] } {
  const query = new URL(url, "http://token.test").searchParams;
  const scopes = query.getAll("scope").flatMap((text) => text.split(" "));
  const service = query.get("service") ?? undefined;
  const given = credentialsOf(headers.authorization);
  if (given === undefined) {
    const allowed = anonymous === "pull" ? ["pull"] : [];
    return { record: { user: undefined, scopes, service, status: 200 }, allowed };
  }
  const status = given.user === user && given.password === password ? 200 : 401;
  return { record: { user: given.user, scopes, service, status } };
}

function credentialsOf(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  return { user, password: rest.join(":") };
}

/** `repository:<name>:<action>,<action>`; a name may hold colons, as that of a registry with a port does. */
function accessOf(scope: string): Access {
  const [type = "", ...rest] = scope.split(":");
  const actions = (rest.pop() ?? "").split(",");
  return { type, name: rest.join(":"), actions };
}

function restrict(access: Access, allowed: readonly string[] | undefined): Access {
  if (allowed === undefined) return access;
  return { ...access, actions: access.actions.filter((action) => allowed.includes(action)) };
}

/** A JSON Web Token that carries the certificate of its key. */
function signToken({ cert, key }: KeyPair, access: readonly Access[], lifetimeSeconds: number): string {
  const der = cert.replaceAll(/-----[^-]+-----|\s/g, "");
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iss: TOKEN_ISSUER, aud: TOKEN_SERVICE, sub: "", jti: randomUUID(), access },
    ...{ iat: nowSeconds, nbf: nowSeconds - 10, exp: nowSeconds + lifetimeSeconds },
  };
  const content = [{ typ: "JWT", alg: "ES256", x5c: [der] }, claims].map(encodePart).join(".");
  const signature = sign("sha256", Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
  return `${content}.${signature.toString("base64url")}`;
}

function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

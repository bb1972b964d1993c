import * as v from "valibot";
import type { Credential } from "../credentials/credential.ts";
import { registryError } from "../errors.ts";
import { bodyText } from "../http/answer-error.ts";
import type { Answer } from "../http/exchange.ts";
import type { RegistryRequest } from "../http/transport.ts";
import type { Registry } from "../http/ways.ts";
import type { Challenge } from "./challenge.ts";

/** What lets us in for a while. */
export interface AccessToken {
  readonly token: string;
  readonly keptMs: number;
}

const maxTokenBytes = 1024 * 1024;
const defaultKeptMs = 60_000;
/** A token is given up this long before its end, so that it does not end on the way. */
const marginMs = 5_000;

const Answered = v.object({
  token: v.nullish(v.string()),
  access_token: v.nullish(v.string()),
  expires_in: v.nullish(v.unknown()),
});

const Claims = v.object({ exp: v.number() });

/**
 * The request for an access token: `GET` with user and password or anonymously, `POST` for an identity token.
 * @param options.from - where the registry asked for the token
 */
export function tokenRequest(
  { realm, service }: Extract<Challenge, { kind: "bearer" }>,
  {
    scope,
    credential,
    from,
    registry,
    timeoutMs,
  }: {
    scope: readonly string[];
    credential: Credential | undefined;
    from: URL;
    registry: Registry;
    timeoutMs: number;
  },
): RegistryRequest {
  const source = { kind: "url", from, via: [registry.host, registry.name] } as const;
  const shared = { maxBytes: maxTokenBytes, timeoutMs };
  if (credential?.kind === "identity-token") {
    // a form has one field, which takes several scopes (RFC 6749, section 3.3)
    const form = new URLSearchParams({
      ...(scope.length > 0 && { scope: scope.join(" ") }),
      ...(service !== undefined && { service }),
      ...{ grant_type: "refresh_token", client_id: "kubewarden-ts", refresh_token: credential.token },
    });
    return {
      ...{ method: "POST", target: { ...source, url: realm }, body: form.toString(), ...shared },
      headers: { "content-type": "application/x-www-form-urlencoded" },
    };
  }
  const url = new URL(realm);
  for (const each of scope) url.searchParams.append("scope", each);
  if (service !== undefined) url.searchParams.append("service", service);
  return {
    ...{ method: "GET", target: { ...source, url }, ...shared },
    ...(credential !== undefined && { authorization: basicHeader(credential) }),
  };
}

export function basicHeader({ username, password }: Extract<Credential, { kind: "password" }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/**
 * Reads the answer of a token service.
 * @throws {OciError} `OCI_UNAUTHORIZED`
 */
export function readToken(answer: Answer, nowMs: number): AccessToken {
  const { status, body } = answer;
  if (status !== 200) throw failed(bodyText(body));
  const answered = parseAnswer(body);
  const token = answered?.token || answered?.access_token || "";
  // what else would stand in a header
  if (!/^[\x21-\x7e]+$/.test(token)) throw failed("the token service answered without a token");
  return {
    token,
    keptMs: (lifetimeMs(token, nowMs) ?? secondsToMs(answered?.expires_in) ?? defaultKeptMs) - marginMs,
  };
}

function parseAnswer(body: Uint8Array): v.InferOutput<typeof Answered> | undefined {
  const result = v.safeParse(Answered, parseJson(Buffer.from(body).toString("utf8")));
  return result.success ? result.output : undefined;
}

/** Until the `exp` of a JSON Web Token; nothing for other tokens. */
function lifetimeMs(token: string, nowMs: number): number | undefined {
  const [, payload = "", signature] = token.split(".");
  if (signature === undefined) return undefined;
  const claims = v.safeParse(Claims, parseJson(Buffer.from(payload, "base64url").toString("utf8")));
  return claims.success ? claims.output.exp * 1000 - nowMs : undefined;
}

function secondsToMs(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value * 1000 : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(text: string): Error {
  return registryError(`Authentication failure: ${text}`, { code: "OCI_UNAUTHORIZED" });
}

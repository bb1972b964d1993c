import { issueCertificate } from "@kubewarden-ts/x509/testing";
import type { Credentials } from "../credentials/credential.ts";
import { defaultSources, type Sources } from "../sources/sources.ts";
import type { FakeAuthOptions } from "./fake-auth.ts";
import { startFakeRegistry } from "./fake-registry.ts";
import { type RegistryUnderTest, testRegistryContract } from "./registry-contract.ts";

const root = issueCertificate("root", { authority: true });
const tls = issueCertificate("registry", { issuer: root });
const jane: Credentials = {
  credentialFor: async () => ({ kind: "password", username: "jane", password: "secret" }),
};
const authorization = `Basic ${Buffer.from("jane:secret").toString("base64")}`;

type Rules = (host: string) => Partial<Sources>;
const insecure: Rules = (host) => ({ insecureSources: new Set([host]) });
const trusted: Rules = (host) => ({ authorities: new Map([[host, [root.cert]]]) });

async function start(
  rules: Rules,
  options: { tls?: typeof tls; auth?: FakeAuthOptions } = {},
): Promise<RegistryUnderTest> {
  const registry = await startFakeRegistry(options);
  const sources = { ...defaultSources, ...rules(registry.host) };
  const { auth } = options;
  const shared = { url: registry.url, sources, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() };
  if (auth === undefined) return shared;
  return {
    ...shared,
    credentials: jane,
    authorization: auth.kind === "basic" ? authorization : await bearer(registry.url),
  };
}

/** A token for writing; with TLS, the seed would have to ask for it by the same rules. */
async function bearer(url: string): Promise<string> {
  const scope = "repository:contract/image:pull,push";
  const answer = await fetch(`${url}/token?service=fake-registry&scope=${scope}`, {
    headers: { authorization },
  });
  const { token }: { token: string } = JSON.parse(await answer.text());
  return `Bearer ${token}`;
}

const users = { jane: "secret" };
testRegistryContract("the fake, by plain HTTP", () => start(insecure));
testRegistryContract("the fake, under an authority of its own", () => start(trusted, { tls }));
testRegistryContract("the fake, with Basic", () => start(trusted, { tls, auth: { kind: "basic", users } }));
testRegistryContract("the fake, with tokens", () => start(insecure, { auth: { kind: "bearer", users } }));

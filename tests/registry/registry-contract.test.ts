import { type Credentials, defaultSources } from "@kubewarden-ts/oci";
import { type RegistryUnderTest, testRegistryContract } from "@kubewarden-ts/oci/testing/contract";
import { describe } from "vitest";
import { requires } from "../support/requirements.ts";
import { type RegistryAuth, type RegistryOptions, startRegistry } from "./start-registry.ts";

const alice = { user: "alice", password: "open: sesame" };
const basic: RegistryAuth = { kind: "basic", ...alice };
const tokens: RegistryAuth = { kind: "token", ...alice };
const credentials: Credentials = {
  credentialFor: async () => ({ kind: "password", username: alice.user, password: alice.password }),
};

describe.skipIf(requires("registry").skip)("docker-registry keeps the contract", () => {
  const rows: [string, RegistryOptions][] = [
    ["by plain HTTP", {}],
    ["under an authority of its own", { tls: true }],
    ["with Basic by plain HTTP", { auth: basic }],
    ["with Basic under an authority of its own", { tls: true, auth: basic }],
    ["with tokens by plain HTTP", { auth: tokens }],
    ["with tokens under an authority of its own", { tls: true, auth: tokens }],
  ];
  for (const [name, options] of rows) testRegistryContract(`docker-registry ${name}`, () => start(options));
});

async function start(options: RegistryOptions): Promise<RegistryUnderTest> {
  const registry = await startRegistry(options);
  const { url, host, ca } = registry;
  // The token server has another port, and a certificate of the same authority.
  const rules =
    ca === undefined ? { insecureSources: new Set([host]) } : { authorities: new Map([[host, [ca]]]) };
  const authorization = registry.authorization("contract/image");
  return {
    url,
    sources: { ...defaultSources, ...rules },
    ...(authorization !== undefined && { credentials, authorization }),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

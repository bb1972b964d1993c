import { describe, expect, it } from "vitest";
import { createAuthProvider } from "./auth-provider.ts";

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const idToken = (exp: number) => [part({ alg: "none" }), part({ exp }), "s"].join(".");

describe("createAuthProvider", () => {
  it("gives the token of OpenID Connect while it is valid", async () => {
    const token = idToken(4_000_000_000);
    const ask = createAuthProvider({ name: "oidc", config: { "id-token": token } });
    expect(await ask()).toEqual({ headers: { authorization: `Bearer ${token}` }, tls: {} });
  });

  it.each([
    ["oidc", { "id-token": idToken(1) }],
    ["gcp", {}],
    ["unheard-of", {}],
  ])("says what to do when %s has no valid token", async (name, config) => {
    await expect(createAuthProvider({ name, config })()).rejects.toMatchObject({
      code: "KUBE_CREDENTIALS_UNAVAILABLE",
      message: expect.stringContaining("log in again, or use a credential plugin (exec)"),
    });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KwctlError } from "../errors.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { readIdentityToken } from "./identity-token.ts";

const tokenOf = (claims: unknown, tail = ".signature"): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}${tail}`;

describe("an identity token", () => {
  it.each<[string, object]>([
    ["a subject", { sub: "https://github.com/acme/p" }],
    ["a verified address", { email: "a@b.test", email_verified: true, sub: "1" }],
    ["an address that an issuer verified in words", { email: "a@b.test", email_verified: "true" }],
  ])("is taken with %s, as it is and from a file", async (_what, claims) => {
    const token = tokenOf(claims);
    const files = memoryFiles({ "/home/test/token": `${token}\n` });
    expect(await readIdentityToken(token, files)).toBe(token);
    expect(await readIdentityToken("/home/test/token", files)).toBe(token);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["a word", "token"],
    ["no signature", tokenOf({ sub: "a" }, "")],
    ["claims that are a list", tokenOf(["sub"])],
    ["claims that are no JSON", "e30.e30e30.sig"],
    ["a subject that is a number", tokenOf({ sub: 1 })],
    ["an address that nobody verified", tokenOf({ email: "a@b.test", sub: "a" })],
    ["nobody", tokenOf({})],
  ])("is refused: %s", async (_what, text) => {
    await expect(readIdentityToken(text, memoryFiles())).rejects.toThrow(
      expect.objectContaining({ code: "KWCTL_INPUT_INVALID" }),
    );
  });

  it("is a token that names somebody or an error without it, whatever it is", async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json().map((json) => tokenOf(JSON.parse(json))),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        try {
          const token = await readIdentityToken(text, memoryFiles());
          const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
          expect(claims.sub ?? claims.email).toBeTypeOf("string");
        } catch (error) {
          expect(error).toBeInstanceOf(KwctlError);
          if (text.length > 40) expect(String(error)).not.toContain(text);
        }
      }),
    );
  });
});

import * as v from "valibot";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { existing } from "../existing-file.ts";
import { readUserText } from "../user-file.ts";

const Claims = v.object({
  sub: v.optional(v.string()),
  email: v.optional(v.string()),
  email_verified: v.optional(v.union([v.boolean(), v.string()])),
});

/**
 * The identity token that a user gave, or the content of the file that is named so. Only its form is looked at: whether it
 * holds is for the certificate authority to say.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`; the text never holds anything of the token
 */
export async function readIdentityToken(given: string, files: FileSystem): Promise<string> {
  const path = given.length < maxPathLength ? await existing(given, files) : undefined;
  const text = path === undefined ? given : await readUserText(files, path, `Cannot read ${path}`);
  const token = text.trim();
  const claims = claimsOf(token);
  if (claims.email === undefined && claims.sub === undefined) {
    throw invalidInput("the identity token names nobody: it has neither of the claims `email` and `sub`");
  }
  if (claims.email !== undefined && claims.email_verified !== true && claims.email_verified !== "true") {
    throw invalidInput("the identity token has an email address that its issuer has not verified");
  }
  return token;
}

const maxPathLength = 4096;

function claimsOf(token: string): v.InferOutput<typeof Claims> {
  const [, payload = "", signature] = token.split(".");
  if (signature === undefined) throw notToken();
  try {
    return v.parse(Claims, JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  } catch {
    throw notToken();
  }
}

function notToken() {
  return invalidInput("the identity token is no JSON Web Token, nor a file with one");
}

import { parseArgs } from "node:util";

/** What the client is asked; paths as they were given. */
export interface ClientArguments {
  readonly bundle: string;
  readonly signer: { readonly identity: string; readonly issuer: string } | { readonly keyFile: string };
  /** Without, the root of the public Sigstore. */
  readonly trustedRoot: string | undefined;
  /** A path, or `sha256:<hex>`. */
  readonly artifact: string;
}

/** Arguments that make no question. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const option = { type: "string", multiple: true } as const;
const options = {
  bundle: option,
  "certificate-identity": option,
  "certificate-oidc-issuer": option,
  key: option,
  "trusted-root": option,
};

/**
 * Reads `verify-bundle --bundle FILE (--certificate-identity ID --certificate-oidc-issuer URL | --key FILE)
 * [--trusted-root FILE] FILE_OR_DIGEST`, the protocol of the public conformance suite.
 * @throws {UsageError} for anything else: who gives a key and an identity would believe that both were checked
 */
export function parseArguments(args: readonly string[]): ClientArguments {
  const { values, positionals } = parse(args);
  const [command, artifact, ...others] = positionals;
  if (command !== "verify-bundle") throw new UsageError(`unknown command: ${command ?? "none"}`);
  if (artifact === undefined || others.length > 0) throw new UsageError("one FILE_OR_DIGEST is expected");
  const once = (name: keyof typeof options): string | undefined => {
    const [first, ...more] = values[name] ?? [];
    if (more.length > 0) throw new UsageError(`--${name} is given twice`);
    if (first === "") throw new UsageError(`--${name} is empty`);
    return first;
  };
  const bundle = once("bundle");
  if (bundle === undefined) throw new UsageError("--bundle is missing");
  const [identity, issuer] = [once("certificate-identity"), once("certificate-oidc-issuer")];
  const signer = signerOf({ identity, issuer, keyFile: once("key") });
  return { bundle, signer, trustedRoot: once("trusted-root"), artifact };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function signerOf({
  identity,
  issuer,
  keyFile,
}: {
  identity: string | undefined;
  issuer: string | undefined;
  keyFile: string | undefined;
}): ClientArguments["signer"] {
  const isCertificate = identity !== undefined || issuer !== undefined;
  if (keyFile !== undefined && !isCertificate) return { keyFile };
  if (keyFile === undefined && identity !== undefined && issuer !== undefined) return { identity, issuer };
  const [certificate, key] = ["--certificate-identity and --certificate-oidc-issuer", "--key"];
  throw new UsageError(`either ${certificate}, or ${key} is expected`);
}

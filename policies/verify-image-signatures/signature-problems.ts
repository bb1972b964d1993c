import type { Signature } from "./signature.ts";

const ways = ["pubKeys", "keyless", "keylessPrefix", "githubActions", "certificates"] as const;
const noPem = "non-PEM data found";

/** What is wrong with the entries of the settings, or `undefined`. */
export function findSignatureProblems(signatures: readonly Signature[]): string | undefined {
  if (signatures.length === 0) return "Signatures must not be empty";
  const problems = signatures.flatMap(problemsOf);
  return problems.length === 0 ? undefined : problems.join("; ");
}

function problemsOf(signature: Signature, index: number): string[] {
  const { image, pubKeys, keyless, keylessPrefix, githubActions, certificates } = signature;
  if (ways.every((way) => signature[way] == null)) {
    const last = ways.at(-1);
    return [`signatures.${index}: expected ${ways.slice(0, -1).join(", ")} or ${last}, got none of them`];
  }
  if (certificates != null && signature.requireRekorBundle == null) {
    return [`signatures.${index}.requireRekorBundle: expected a value, got nothing`];
  }
  const imageProblems = image === "" ? [emptyField("image", 'String("")')] : [];
  const prefixProblems = keylessPrefix?.length === 0 ? [emptyField("keyless_prefix", "Array []")] : [];
  const found: (readonly [string, readonly string[]])[] = [
    ["Pub key", pubKeys == null ? [] : [...imageProblems, ...keyProblems(pubKeys)]],
    ["Keyless", keyless == null ? [] : imageProblems],
    ["Keyless", keylessPrefix == null ? [] : [...imageProblems, ...prefixProblems]],
    ["GitHub action", githubActions == null ? [] : imageProblems],
    ["Certificate", certificates == null ? [] : [...imageProblems, ...certificateProblems(signature)]],
  ];
  return found
    .filter(([, problems]) => problems.length > 0)
    .map(([way, problems]) => `${way} signature for image ${image}: ${JSON.stringify(problems.join("\n"))}`);
}

function keyProblems(keys: readonly string[]): string[] {
  if (keys.length === 0) return [emptyField("pub_keys", "Array []")];
  if (keys.every(isPem)) return [];
  const list = keys.map((key) => `String(${JSON.stringify(key)})`).join(", ");
  return [`pub_keys: Validation error: ${noPem} [{"value": Array [${list}]}]`];
}

function certificateProblems({ certificates, certificateChain }: Signature): string[] {
  if (certificates?.length === 0) return ["no certificate provided"];
  return [...(certificates ?? []), ...(certificateChain ?? [])].every(isPem) ? [] : [noPem];
}

function emptyField(name: string, value: string): string {
  return `${name}: Validation error: length [{"min": Number(1), "value": ${value}}]`;
}

/** Whether there is something that looks like PEM; the host reads it. */
function isPem(text: string): boolean {
  return /-----BEGIN ([^-]+)-----[\sA-Za-z0-9+/=]+-----END \1-----/.test(text);
}

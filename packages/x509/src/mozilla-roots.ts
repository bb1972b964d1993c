import { createRequire } from "node:module";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { pemBlocks } from "./pem.ts";

/**
 * The certificate authorities that Mozilla trusts, as they come with Node.js. Loading takes some milliseconds: keep them.
 */
export function loadMozillaRoots(): readonly Certificate[] {
  // Only here, and not at the top: most processes never ask.
  const { rootCertificates } = createRequire(import.meta.url)("node:tls") as typeof import("node:tls");
  return rootCertificates.flatMap((text) =>
    [...pemBlocks(Buffer.from(text))].map(({ bytes }) => parseCertificate(bytes)),
  );
}

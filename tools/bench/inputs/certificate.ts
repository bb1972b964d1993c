import { join } from "node:path";
import { runProcess } from "../../run-process.ts";

/** Paths of a certificate and its key, as PEM. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a self-signed certificate for 127.0.0.1 in `folder`; `undefined` where the openssl command is missing. */
export async function makeCertificate(folder: string): Promise<CertificateFiles | undefined> {
  const certFile = join(folder, "server.pem");
  const keyFile = join(folder, "server.key");
  const { exitCode } = await runProcess(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "1"],
      ...[
        "-subj",
        "/CN=bench",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        keyFile,
        "-out",
        certFile,
      ],
    ],
    { cwd: folder },
  );
  return exitCode === 0 ? { certFile, keyFile } : undefined;
}

export const opensslMissing = "https: left out, the openssl command that makes a certificate is missing";

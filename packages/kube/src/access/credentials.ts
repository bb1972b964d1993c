import { osErrorText } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import type { ReadFile } from "./kubeconfig.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig-schema.ts";

/** What a request carries to say who we are, and what its connection checks and shows. */
export interface Credentials {
  /** sent with every request */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** PEM texts; without `ca`, the authorities of Node.js and of the system are trusted */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** Files may change under us: a service account's token is replaced about once an hour, certificates more rarely. */
export const filesValidForMs = 60_000;

/** Reads what the entries of a kubeconfig hold or name, except what a plugin gives. */
export async function readFileCredentials(
  cluster: KubeconfigCluster,
  user: KubeconfigUser | undefined,
  readFile: ReadFile,
): Promise<Credentials> {
  const pem = (name: string, data: string | null | undefined, file: string | null | undefined) =>
    readPem(name, { data, file }, readFile);
  const [ca, cert, key, token] = await Promise.all([
    pem("certificate-authority", cluster["certificate-authority-data"], cluster["certificate-authority"]),
    pem("client-certificate", user?.["client-certificate-data"], user?.["client-certificate"]),
    pem("client-key", user?.["client-key-data"], user?.["client-key"]),
    readToken(user, readFile),
  ]);
  const authorization = authorizationOf(user, token);
  return {
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(user !== undefined && impersonation(user)),
    },
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  };
}

async function readPem(
  name: string,
  { data, file }: { data: string | null | undefined; file: string | null | undefined },
  readFile: ReadFile,
): Promise<string | undefined> {
  if (data) return Buffer.from(data, "base64").toString("utf8");
  return file ? await readText(name, file, readFile) : undefined;
}

/** Reads a text file. @throws {KubeError} `KUBE_CREDENTIALS_UNAVAILABLE`, naming what it was for */
export async function readText(name: string, path: string, readFile: ReadFile): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(path));
  } catch (cause) {
    const message = `cannot read ${name} ${path}: ${osErrorText(cause)}`;
    throw new KubeError(message, { code: "KUBE_CREDENTIALS_UNAVAILABLE" });
  }
}

/** A file wins over a token that was written down, as with kubectl: it is the one that is kept up to date. */
async function readToken(user: KubeconfigUser | undefined, readFile: ReadFile): Promise<string | undefined> {
  if (!user?.tokenFile) return user?.token?.trim() || undefined;
  const token = (await readText("tokenFile", user.tokenFile, readFile)).trim();
  if (token !== "") return token;
  throw new KubeError(`tokenFile ${user.tokenFile} is empty`, { code: "KUBE_CREDENTIALS_UNAVAILABLE" });
}

function authorizationOf(user: KubeconfigUser | undefined, token: string | undefined): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (!user?.username) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64")}`;
}

/** Every part of `as` counts: with groups left out, we would act with other rights than the kubeconfig says. */
function impersonation(user: KubeconfigUser): Record<string, string | readonly string[]> {
  const extra = Object.entries(user["as-user-extra"] ?? {});
  return {
    ...(user.as && { "impersonate-user": user.as }),
    ...(user["as-uid"] && { "impersonate-uid": user["as-uid"] }),
    ...(user["as-groups"].length > 0 && { "impersonate-group": user["as-groups"] }),
    ...Object.fromEntries(
      extra.map(([key, values]) => [`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`, values]),
    ),
  };
}

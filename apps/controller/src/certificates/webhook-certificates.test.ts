import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import type { ConfigMap, Secret } from "@kubewarden-ts/api/core";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { eventually } from "../testing/fake-cluster-context.ts";
import { createAuthority, issueServerCertificate, type PemPair } from "./issue.ts";
import { encodeSecretValues } from "./secret-value.ts";
import { webhookCertificates } from "./webhook-certificates.ts";

const namespace = "kubewarden";
const signal = new AbortController().signal;

function secret({ certificate, key }: PemPair): Secret {
  const metadata = { name: "kubewarden-webhook-server-cert", namespace };
  const data = encodeSecretValues({ "tls.crt": certificate, "tls.key": key });
  return { apiVersion: "v1", kind: "Secret", metadata, data };
}
function configMap(text: string): ConfigMap {
  const metadata = { name: "clients", namespace };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { "client-ca.crt": text } };
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "webhook-certificates-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function made() {
  const authority = await createAuthority(new Date());
  const issue = () => issueServerCertificate(authority, "a.svc", new Date());
  return { authority, first: await issue(), second: await issue() };
}

function open(options: { clientCaConfigMapName?: string; signal?: AbortSignal } = {}) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  const view = memoryView();
  const config = { deploymentsNamespace: namespace, clientCaConfigMapName: options.clientCaConfigMapName };
  const opening = webhookCertificates({ folder, config, view, log }, options.signal ?? signal);
  opening.catch(() => {});
  return { view, opening, lines };
}

const messages = (lines: readonly LogLine[], level: string) =>
  lines.filter((line) => line.level === level).map(({ fields }) => fields["problem"]);

describe("the certificate of the webhooks", () => {
  it("is the mounted one, with the mounted authority of clients", async () => {
    const { authority, first } = await made();
    await writeFile(join(folder, "tls.crt"), first.certificate);
    await writeFile(join(folder, "tls.key"), first.key);
    await mkdir(join(folder, "client-ca"));
    await writeFile(join(folder, "client-ca/client-ca.crt"), authority.certificate);
    const { options } = await open({ clientCaConfigMapName: "clients" }).opening;
    expect(options).toMatchObject({ cert: first.certificate, key: first.key, requestCert: true });
    expect((await open().opening).options).not.toHaveProperty("ca");
  });

  it("controller 30: is not used without the authority of clients that was asked for", async () => {
    const { first } = await made();
    await writeFile(join(folder, "tls.crt"), first.certificate);
    await writeFile(join(folder, "tls.key"), first.key);
    await expect(open({ clientCaConfigMapName: "clients" }).opening).rejects.toMatchObject({
      code: "CONTROLLER_CLIENT_CA_MISSING",
      message: expect.stringContaining(join(folder, "client-ca/client-ca.crt")),
    });
  });

  it("is the Secret's where nothing is mounted, as soon as that is there, and another one when it changes", async () => {
    const { first, second } = await made();
    const { view, opening, lines } = open();
    await eventually(() => lines.some(({ message }) => message.startsWith("no certificate is mounted")));
    view.secrets.put(secret({ ...first, key: "rubbish" }));
    view.secrets.put(secret(first));
    const certificates = await opening;
    expect(certificates.options).toMatchObject({
      cert: first.certificate,
      key: first.key,
      minVersion: "TLSv1.2",
    });

    const used: TlsOptions[] = [];
    const current = certificates.keepCurrent((options) => used.push(options));
    view.secrets.put(secret({ ...second, key: first.key }));
    view.secrets.put(secret(first));
    expect(used).toEqual([]);
    expect(messages(lines, "error")).toEqual([
      "Secret kubewarden-webhook-server-cert: the key does not belong to the certificate",
    ]);
    view.secrets.put(secret(second));
    expect(used).toMatchObject([{ cert: second.certificate, key: second.key }]);
    current[Symbol.dispose]();
    view.secrets.put(secret(first));
    expect(used).toHaveLength(1);
  });

  it("controller 30: waits for the ConfigMap of the authority of clients, and for one that is a certificate", async () => {
    const { authority, first } = await made();
    const { view, opening, lines } = open({ clientCaConfigMapName: "clients" });
    await eventually(() => lines.some(({ message }) => message.startsWith("no certificate is mounted")));
    view.secrets.put(secret(first));
    view.configMaps.put(configMap(""));
    view.configMaps.put(configMap("rubbish"));
    expect(messages(lines, "debug").at(-1)).toBe(
      "ConfigMap clients: expected a certificate as client-ca.crt",
    );
    view.configMaps.put(configMap(authority.certificate));
    const { options, keepCurrent } = await opening;
    expect(options).toMatchObject({
      ca: [authority.certificate],
      requestCert: true,
      rejectUnauthorized: true,
    });

    const used: TlsOptions[] = [];
    using _current = keepCurrent((each) => used.push(each));
    view.configMaps.remove(configMap(""));
    expect(used).toEqual([]);
    const other = await createAuthority(new Date());
    view.configMaps.put(configMap(other.certificate));
    expect(used).toMatchObject([{ ca: [other.certificate] }]);
  });

  it("is waited for until the controller stops", async () => {
    const stopping = new AbortController();
    const { opening } = open({ signal: stopping.signal });
    stopping.abort(new Error("stop"));
    await expect(opening).rejects.toThrow("stop");
  });
});

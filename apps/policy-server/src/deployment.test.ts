import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificate, type TestCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wapcGuests } from "../../../tests/guests/text/wapc.ts";
import {
  attributesOf,
  metricsOf,
  type OtlpCollector,
  parts,
  spansOf,
  startGrpcCollector,
} from "../../../tests/support/otlp-collector.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { mountedFolder } from "./testing/mounted-folder.ts";
import { podReview } from "./testing/reviews.ts";
import { endOf, portsIn, spawnProgram } from "./testing/spawned-program.ts";

const root = issueCertificate("root", { authority: true });
const serving = issueCertificate("policy-server", { issuer: root });
const authorities = ["controller", "clients"].map((name) => issueCertificate(name, { authority: true }));
const clients = authorities.map((issuer) => issueCertificate(`client of ${issuer.name}`, { issuer }));

/** What a server that was set up by environment alone leaves behind. */
interface Deployed {
  readonly folder: string;
  readonly ports: readonly number[];
  readonly log: () => string;
  readonly stop: () => Promise<unknown>;
}

let folder = "";
let modules: Server;
let collector: OtlpCollector;
let deployed: Deployed;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-deployment-"));
  collector = await startGrpcCollector();
  const rejecting = asPolicy(assemble(wapcGuests["reject-with-code"]));
  modules = createServer((_request, response) => void response.end(rejecting)).listen(0, "127.0.0.1");
  await once(modules, "listening");
  deployed = await deploy(`127.0.0.1:${(modules.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await deployed?.stop();
  modules?.close();
  await collector?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Starts the program as the controller does: what its Deployment sets and mounts (policy-server 1), and no option. */
async function deploy(moduleHost: string): Promise<Deployed> {
  const mounted = (files: Record<string, string>) => mountedFolder(folder, files);
  const module = `http://${moduleHost}/policies/psp.wasm`;
  const policies = {
    "clusterwide-psp": {
      ...{ namespacedName: { Namespace: "", Name: "psp" }, module, policyMode: "protect" },
      ...{ allowedToMutate: false, settings: {}, hostCapabilities: ["*"] },
    },
    "clusterwide-watched": { module, policyMode: "monitor", allowedToMutate: true },
  };
  const pki = await mounted({ "tls.crt": serving.cert, "tls.key": serving.key });
  const [ca, clientCa] = await Promise.all(
    ["ca.crt", "client-ca.crt"].map(async (name, index) =>
      join(await mounted({ [name]: authorities[index]?.cert ?? "" }), name),
    ),
  );
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  // stands in for the token of a pod; nothing is asked of it
  const kubeconfig = await mounted({ config: JSON.stringify(clusterNowhere) });
  const env = {
    KUBECONFIG: join(kubeconfig, "config"),
    KUBEWARDEN_CERT_FILE: join(pki, "tls.crt"),
    KUBEWARDEN_KEY_FILE: join(pki, "tls.key"),
    KUBEWARDEN_PORT: "0",
    KUBEWARDEN_READINESS_PROBE_PORT: "0",
    KUBEWARDEN_POLICIES_DOWNLOAD_DIR: temporary,
    KUBEWARDEN_POLICIES: join(await mounted({ "policies.yml": JSON.stringify(policies) }), "policies.yml"),
    KUBEWARDEN_SIGSTORE_CACHE_DIR: join(temporary, "sigstore-data"),
    KUBEWARDEN_SOURCES_PATH: join(
      await mounted({ "sources.yml": JSON.stringify({ insecure_sources: [moduleHost] }) }),
      "sources.yml",
    ),
    KUBEWARDEN_DOCKER_CONFIG_JSON_PATH: await mounted({ "config.json": '{"auths":{}}' }),
    KUBEWARDEN_CLIENT_CA_FILE: `${ca},${clientCa}`,
    KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE: "kubewarden",
    KUBEWARDEN_ENABLE_METRICS: "true",
    KUBEWARDEN_LOG_FMT: "otlp",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    HOSTNAME: "policy-server-default-0",
  };
  const server = spawnProgram(folder, [], { plain: true, env });
  const ended = endOf(server);
  let log = "";
  const ready = new Promise<void>((resolve) => {
    server.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      log += chunk;
      if (log.includes("started readiness server")) resolve();
    });
  });
  const failed = ended.then(({ stderr }) => Promise.reject(new Error(stderr)));
  await Promise.race([ready, failed]);
  failed.catch(() => {});
  const stop = () => {
    server.kill("SIGTERM");
    return ended;
  };
  return { folder: temporary, ports: portsIn(log), log: () => log, stop };
}

const clusterNowhere = {
  ...{ apiVersion: "v1", kind: "Config", "current-context": "c" },
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  users: [{ name: "u", user: { token: "t" } }],
};

/** The decision about a pod; the code of the error when the connection is refused. */
function validate(
  policy: string,
  client: TestCertificate | undefined,
  namespace = "default",
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const headers = { "content-type": "application/json" };
  const call = request(
    {
      ...{ host: "127.0.0.1", port: deployed.ports[0], path: `/validate/${policy}?timeout=10s` },
      ...{ method: "POST", headers, agent: false, ca: root.cert, cert: client?.cert, key: client?.key },
    },
    async (response) => {
      const chunks = await response.toArray();
      resolve(JSON.parse(Buffer.concat(chunks).toString()).response);
    },
  );
  call.on("error", reject);
  call.end(JSON.stringify(podReview({ namespace })));
  return promise;
}

const accepted = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null };

describe("a Deployment of the controller", () => {
  it("policy-server 33, 35, 43: answers with what its environment alone says", async () => {
    const [, readinessPort] = deployed.ports;
    expect((await fetch(`http://127.0.0.1:${readinessPort}/readiness`)).status).toBe(200);
    for (const client of clients) {
      expect(await validate("clusterwide-psp", client)).toMatchObject({
        allowed: false,
        status: { message: "no", code: 418 },
      });
    }
    expect(await validate("clusterwide-psp", clients[0], "kubewarden")).toEqual(accepted);
    expect(await validate("clusterwide-watched", clients[0])).toMatchObject({ allowed: true });
    await expect(validate("clusterwide-psp", undefined)).rejects.toThrow(/certificate required/);
    expect(await readdir(join(deployed.folder, "http"))).toHaveLength(1);
  });

  it.each([
    [/ INFO policy_server: policy timeout protection is enabled execution_limit_seconds=2\n/],
    [/ INFO policy_server: policies download download_dir="[^"]+\/tmp" policies_count=2 status="init"\n/],
    [
      / INFO policy_server: policy download name="clusterwide-psp" path="[^"]+\/tmp\/http\/127\.0\.0\.1:\d+\/policies\/psp\.wasm" sha256sum="[0-9a-f]{64}" mutating=false\n/,
    ],
    [
      /( INFO policy_server::certs: Loaded client CA certificates client_ca_certs_added=1 client_ca_certs_ignored=0\n.*){2}/,
    ],
    [
      / INFO request\{method="POST" uri="\/validate\/clusterwide-watched\?timeout=10s" version="HTTP\/1.1"\}:validation\{host="policy-server-default-0" policy_id="clusterwide-watched"\}: policy_server: policy evaluation \(monitor mode\) policy_id="clusterwide-watched" allowed_to_mutate=true response="AdmissionResponse \{ .*allowed: false, .*message: \\"no\\"/,
    ],
  ])("policy-server 41: writes what other tools look for, without colours: %s", (line) => {
    expect(deployed.log()).toMatch(line);
    expect(deployed.log()).not.toContain("\u001b");
  });

  it("policy-server 39, 40, 42: sends what it measured when it is stopped", async () => {
    expect(await deployed.stop()).toEqual({ code: 0, stderr: "" });
    const names = collector.received
      .filter(({ signal }) => signal === "metrics")
      .flatMap(metricsOf)
      .filter(({ name }) => name === "kubewarden_policy_evaluations_total")
      .flatMap(({ sum }) => parts(Object(sum), "dataPoints").map(attributesOf))
      .map(({ policy_name }) => policy_name);
    expect(new Set(names)).toEqual(new Set(["clusterwide-psp", "clusterwide-watched"]));
    const decisions = spansOf(collector.received).filter(({ name }) => name === "validation");
    expect(decisions.map((span) => attributesOf(span)["host"])).toEqual(
      Array.from({ length: 4 }, () => "policy-server-default-0"),
    );
    await expect(fetch(`http://127.0.0.1:${deployed.ports[1]}/readiness`)).rejects.toThrow("fetch failed");
  });
});

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { policiesApiVersion } from "@kubewarden-ts/api/policies";
import { reportKinds } from "../../apps/audit-scanner/src/reports/report-kinds.ts";
import { reportDefinitions } from "../../tools/cluster/report-definitions.ts";
import { type WapcGuestName, wapcGuests } from "../guests/text/wapc.ts";
import { bundledProgram } from "../programs/bundled-program.ts";
import { bareEnvironment, type EndedProgram, runToEnd } from "../programs/run-to-end.ts";
import { type RunningServer, startServerProgram } from "../programs/running-server.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources } from "./install-custom-resources.ts";

/** A real API server, our policy server and the audit scanner as they ship. */
export interface AuditScannerGround extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** of the Service of the policy server */
  readonly kubewardenNamespace: string;
  readonly server: RunningServer;
  readonly programPath: string;
  /** all of the environment that the scanner needs */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the scanner to its end. */
  scan(args: readonly string[]): Promise<EndedProgram>;
  /** arguments that lead it to the policy server */
  readonly args: readonly string[];
  /** A CAP that is active and looks at Pods of one namespace. @param policy - its name at the policy server is `clusterwide-<name>` */
  createPolicy(policy: { name: string; namespace: string; spec?: object }): Promise<void>;
}

/** @param policies - name of a ClusterAdmissionPolicy to the guest that the policy server runs for it */
export async function auditScannerGround(
  policies: Readonly<Record<string, WapcGuestName>>,
): Promise<AuditScannerGround> {
  await using stack = new AsyncDisposableStack();
  const plane = await controlPlane({ controllers: true });
  await installCustomResources(plane.admin);
  await installCustomResources(
    plane.admin,
    reportKinds.flatMap((kind) => reportDefinitions(kind)),
  );
  const kubewardenNamespace = await plane.createNamespace();
  await createPolicyServer(plane, kubewardenNamespace);
  const server = await startPolicyServer(stack, policies);
  const scanner = stack.use(await bundledProgram("audit-scanner"));
  const env = { ...bareEnvironment, KUBECONFIG: plane.adminKubeconfigPath };
  const args = ["-u", `http://127.0.0.1:${server.port}`, "-k", kubewardenNamespace];
  const all = stack.move();
  return {
    ...{ plane, kubewardenNamespace, server, env, args, programPath: scanner.path },
    scan: (more) => runToEnd(scanner.path, [...args, ...more], { env }),
    createPolicy: (policy) => createPolicy(plane, kubewardenNamespace, policy),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function createPolicyServer({ admin }: ControlPlane, name: string): Promise<void> {
  await admin.create(`/apis/${policiesApiVersion}/policyservers`, {
    ...{ apiVersion: policiesApiVersion, kind: "PolicyServer", metadata: { name } },
    spec: { image: "example.com/policy-server:v1", replicas: 1 },
  });
  const labels = { "app.kubernetes.io/instance": `policy-server-${name}` };
  await admin.create(`/api/v1/namespaces/${name}/services`, {
    metadata: { name: `policy-server-${name}`, labels },
    spec: { ports: [{ port: 443 }] },
  });
}

async function startPolicyServer(
  stack: AsyncDisposableStack,
  policies: Readonly<Record<string, WapcGuestName>>,
): Promise<RunningServer> {
  const program = stack.use(await bundledProgram("policy-server"));
  const folder = await mkdtemp(join(tmpdir(), "audit-scanner-policies-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const entries: Record<string, object> = {};
  for (const [name, guest] of Object.entries(policies)) {
    const path = join(folder, `${name}.wasm`);
    await writeFile(path, asPolicy(assemble(wapcGuests[guest]), { mutating: false }));
    entries[`clusterwide-${name}`] = { module: `file://${path}` };
  }
  const args = ["--ignore-kubernetes-connection-failure"];
  return stack.use(await startServerProgram(program.path, { policies: entries, args }));
}

async function createPolicy(
  { admin }: ControlPlane,
  policyServer: string,
  { name, namespace, spec }: { name: string; namespace: string; spec?: object },
): Promise<void> {
  const path = `/apis/${policiesApiVersion}/clusteradmissionpolicies`;
  await admin.create(path, {
    ...{ apiVersion: policiesApiVersion, kind: "ClusterAdmissionPolicy", metadata: { name } },
    spec: {
      ...{ policyServer, module: "registry://example.com/psp:v1", mutating: false },
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      ...spec,
    },
  });
  await admin.patch(`${path}/${name}/status`, { status: { policyStatus: "active" } });
}

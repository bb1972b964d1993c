// `npm start`: a policy server with the policies of examples/policies.yml; a saved edit of one of them is live at once.
import { join } from "node:path";
import { defineCommand, runProgram } from "@kubewarden-ts/cli";
import { policyNames, readTemplate, writePoliciesFile } from "./start/example-policies.ts";
import { buildLivePolicies } from "./start/live-policies.ts";
import { usablePort } from "./start/ports.ts";
import { type ServerProcess, startServerProcess } from "./start/server-process.ts";

const root = join(import.meta.dirname, "..");
const outFolder = join(root, "dist/start");

const start = defineCommand({
  name: "npm start --",
  summary: "Serves the example policies",
  flags: {
    addr: { type: "string", description: "Address to listen on", default: "127.0.0.1" },
    port: { type: "number", description: "Port of the policies; 0 takes any", default: 3000, max: 65535 },
    "readiness-probe-port": { type: "number", description: "0 takes any", default: 0, max: 65535 },
    cluster: {
      type: "boolean",
      description: "A whole Kubernetes cluster instead, with the controller in it; needs Go the first time",
    },
  },
  async run({ flags, stdout }) {
    if (flags.cluster) {
      const { serveCluster } = await import("./cluster/serve-cluster.ts");
      const folder = join(root, "dist/cluster");
      return await serveCluster({ root, folder, stdout, stopped: stopRequested() });
    }
    const startMs = performance.now();
    const { addr } = flags;
    const port = await usablePort(flags.port, addr);
    const readinessPort = await usablePort(flags["readiness-probe-port"], addr);
    const template = await readTemplate(root);
    const policiesFile = await writePoliciesFile(template, outFolder);

    let server: ServerProcess | undefined;
    await using _policies = await buildLivePolicies({
      names: policyNames(template),
      policiesFolder: join(root, "policies"),
      outFolder,
      onBuilt(name, tookMs) {
        say(`${name}: built in ${Math.round(tookMs)} ms, the server takes it up`);
        server?.reload();
      },
      onProblem: (name, problem) => say(`${name}: not built, the former one stays\n${problem}`),
    });

    const args = serverArguments({ addr, port, readinessPort, policiesFile });
    const stopped = stopRequested().then(() => 0);
    await using running = startServerProcess(join(root, "apps/policy-server/src/main.ts"), args, {
      cwd: root,
      readinessUrl: `http://${addr}:${readinessPort}/readiness`,
    });
    server = running;
    const ready = running.ready().then(() => {
      say(whatToTry({ addr, port, seconds: (performance.now() - startMs) / 1000 }));
      return running.ended;
    });
    return await Promise.race([ready, stopped]);
  },
});

function serverArguments(given: {
  addr: string;
  port: number;
  readinessPort: number;
  policiesFile: string;
}): string[] {
  return [
    ...["--addr", given.addr, "--port", String(given.port)],
    ...["--readiness-probe-port", String(given.readinessPort)],
    ...["--policies", given.policiesFile, "--policies-download-dir", outFolder],
    "--ignore-kubernetes-connection-failure",
  ];
}

function whatToTry({ addr, port, seconds }: { addr: string; port: number; seconds: number }): string {
  const request = "examples/requests/privileged-pod.json";
  return `
The policy server is ready on http://${addr}:${port} after ${seconds.toFixed(1)} s. Both lines show a rejection:

  curl -s -H 'content-type: application/json' --data @${request} http://${addr}:${port}/validate/pod-privileged

  npx kwctl run --request-path ${request} dist/start/pod-privileged.wasm

Edit policies/pod-privileged/policy.ts, save, and ask again. Ctrl-C ends it.
`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Resolves on Ctrl-C, or when somebody else asks the process to end. */
function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

const { argv, env, stdout, stderr } = process;
process.exitCode = await runProgram(start, { argv: argv.slice(2), env, stdout, stderr });

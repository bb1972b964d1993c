import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { goEnv, goProblem, lastLine } from "./go-toolchain.mjs";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";
import { hashFiles } from "./stamp.mjs";

const OLDEST_GO = "1.25";
const PROGRAMS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl", "etcd"];
const PROGRESS_EVERY_MS = 30_000;

/** @typedef {import("./context.mjs").Context} Context */

/**
 * The programs of a Kubernetes control plane: those of `KUBEBUILDER_ASSETS`, else those that an earlier set-up of this
 * machine built, else built now from `tools/kubernetes`.
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} `path` is the folder they lie in
 */
export async function provideKubernetes(context) {
  if (context.skipped.has("kubernetes")) return leftOut();
  const given = context.env["KUBEBUILDER_ASSETS"];
  if (given !== undefined && given !== "") return givenPrograms(given);
  const folder = cachedFolder(context);
  if (existsSync(folder)) return available(folder);
  const problem = await goProblem(context, { oldest: OLDEST_GO });
  if (problem !== undefined) {
    return unavailable(`${problem}, or point KUBEBUILDER_ASSETS to a folder with kube-apiserver and etcd`);
  }
  const step = {
    part: "kubernetes",
    what: "build of kube-apiserver and etcd",
    why: "tests run against a real Kubernetes API server",
    takes:
      "10 to 20 minutes on two cores, once for this machine (100 MB of downloads, 3.5 GB of disk until it is done)",
  };
  const fill = (temporary) => announced(context, step, () => build(context, temporary));
  const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
  return failure === undefined ? available(folder) : unavailable(failure);
}

function givenPrograms(folder) {
  const missing = ["kube-apiserver", "etcd"].filter((name) => !existsSync(join(folder, name)));
  if (missing.length === 0) return available(folder);
  return unavailable(
    `KUBEBUILDER_ASSETS: ${folder} holds no ${missing.join(" and no ")}; unset it to have them built`,
  );
}

/**
 * The version of Go is no part of the name: a new Go would cost everybody a quarter of an hour and change nothing that
 * a test sees.
 * @param {Context} context
 */
function cachedFolder(context) {
  const source = sourceFolder(context);
  const hash = hashFiles(["main.go", "go.mod", "go.sum"].map((name) => join(source, name)));
  const name = [versionOf(source), process.platform, process.arch, hash.slice(0, 16)].join("-");
  return join(context.machineCacheFolder, "kubernetes", name);
}

/** @param {Context} context */
function sourceFolder({ root }) {
  return join(root, "tools", "kubernetes");
}

function versionOf(source) {
  const found = /^\s*k8s\.io\/kubernetes (v\S+)$/m.exec(readFileSync(join(source, "go.mod"), "utf8"));
  if (found === null) throw new Error(`${source}/go.mod requires no k8s.io/kubernetes`);
  return found[1];
}

/**
 * @param {Context} context
 * @param {string} temporary - filled with the program and its names
 * @returns {Promise<string | undefined>} what failed
 */
async function build(context, temporary) {
  const source = sourceFolder(context);
  // Go's caches stay where they are when the build breaks off, so that the next one goes on; then they go.
  const caches = join(context.machineCacheFolder, "kubernetes", "build");
  mkdirSync(caches, { recursive: true });
  const env = {
    ...goEnv(context.env),
    GOCACHE: join(caches, "go-build"),
    GOMODCACHE: join(caches, "modules"),
    CGO_ENABLED: "0",
  };
  const program = join(temporary, "kubernetes");
  const flags = ["-trimpath", "-v", "-ldflags", linkerFlags(versionOf(source)), "-o", program];
  const failure = await goBuild(context, { source, env, flags });
  if (failure !== undefined) return `go build of tools/kubernetes failed: ${failure}`;
  for (const name of PROGRAMS) symlinkSync("kubernetes", join(temporary, name));
  rmSync(caches, { recursive: true, force: true });
  return checkStart(context, join(temporary, "kube-apiserver"));
}

async function goBuild({ say }, { source, env, flags }) {
  say("build of kube-apiserver and etcd: fetching modules");
  const options = { cwd: source, env, output: "keep", background: true };
  const list = await run("go", ["list", "-deps", "."], options);
  if (list.exitCode !== 0) return lastLine(list.output);
  const total = list.output.split("\n").filter((line) => line !== "" && !line.startsWith("go: ")).length;
  let compiled = 0;
  const onLine = () => {
    compiled += 1; // with -v, a line for each package
  };
  const progress = () => say(`build of kube-apiserver and etcd: ${compiled} of ${total} packages compiled`);
  const timer = setInterval(progress, PROGRESS_EVERY_MS);
  try {
    const { exitCode, output } = await run("go", ["build", ...flags, "."], { ...options, onLine });
    return exitCode === 0 ? undefined : lastLine(output);
  } finally {
    clearInterval(timer);
  }
}

/** Without these the programs call themselves v0.0.0-master, and clients refuse features of later versions. */
function linkerFlags(version) {
  const [major, minor] = version.slice(1).split(".");
  const values = {
    gitMajor: major,
    gitMinor: minor,
    gitVersion: version,
    gitCommit: "unknown",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
  };
  const packages = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"];
  const settings = packages.flatMap((name) =>
    Object.entries(values).map(([key, value]) => `-X ${name}.${key}=${value}`),
  );
  return ["-s", "-w", ...settings].join(" ");
}

async function checkStart({ root, env }, program) {
  const { exitCode, output } = await run(program, ["--version"], { cwd: root, env, output: "keep" });
  return exitCode === 0 ? undefined : `the built kube-apiserver does not start: ${lastLine(output)}`;
}

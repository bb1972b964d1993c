import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * A program of Debian's package of the same name.
 * @typedef {object} DebianProgram
 * @property {string} part - its name among the parts
 * @property {string} program
 * @property {string} project - whose program it is
 * @property {string} why - what tests do with it
 */

/** @type {DebianProgram} */
const REGISTRY = {
  part: "registry",
  program: "docker-registry",
  project: "CNCF Distribution's registry",
  why: "tests push to and pull from a real registry",
};

/** @type {DebianProgram} */
const PROMETHEUS = {
  part: "prometheus",
  program: "prometheus",
  project: "the server of Prometheus",
  why: "tests let a real server scrape and query metrics",
};

/** A registry of images. @param {Context} context */
export const provideRegistry = (context) => provideDebianProgram(context, REGISTRY);

/** A server of Prometheus. @param {Context} context */
export const providePrometheus = (context) => provideDebianProgram(context, PROMETHEUS);

/**
 * A program that is on the path, else out of Debian's package. The package is unpacked, not installed: that needs no rights and
 * starts no service.
 * @param {Context} context
 * @param {DebianProgram} wanted
 * @returns {Promise<import("./context.mjs").Part>} `path` is the program
 */
async function provideDebianProgram(context, { part, program, project, why }) {
  if (context.skipped.has(part)) return leftOut();
  const onPath = findOnPath(context.env, program);
  if (onPath !== undefined) return available(onPath);
  const folder = join(context.machineCacheFolder, part, `${process.platform}-${process.arch}`);
  const path = join(folder, program);
  if (existsSync(path)) return available(path);
  const remedy = `put ${project} on the path under the name ${program}`;
  if (findOnPath(context.env, "apt-get") === undefined) {
    return unavailable(`${program} is not installed, and without apt-get it cannot be fetched: ${remedy}`);
  }
  const step = {
    part,
    what: `download of ${program}`,
    why,
    takes: "a few seconds, once for this machine",
  };
  const fill = (temporary) => announced(context, step, () => unpackPackage(context, program, temporary));
  const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
  return failure === undefined ? available(path) : unavailable(`${failure}: ${remedy}, or install Debian's`);
}

function findOnPath(env, name) {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * @param {Context} context
 * @param {string} program
 * @param {string} temporary - gets the program
 * @returns {Promise<string | undefined>} what failed
 */
async function unpackPackage({ env }, program, temporary) {
  const work = join(temporary, "work");
  for (const folder of ["lists/partial", "archives/partial"])
    mkdirSync(join(work, folder), { recursive: true });
  const options = { cwd: work, env: { ...env, LC_ALL: "C" }, output: "keep" };
  const patience = ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=1"];
  // Lists of our own: the machine's may be empty or old, and only root may renew them.
  const ownLists = ["-o", `Dir::State::Lists=${join(work, "lists")}`, "-o", `Dir::Cache=${work}`];
  const download = async (...settings) =>
    (await run("apt-get", [...patience, ...settings, "download", program], options)).exitCode === 0;
  if (!(await download())) {
    // A source that cannot be reached makes the update fail; the download shows whether it was ours.
    await run("apt-get", [...patience, ...ownLists, "update"], options);
    if (!(await download(...ownLists))) return `Debian's package ${program} could not be fetched`;
  }
  const name = readdirSync(work).find((file) => file.endsWith(".deb")) ?? "";
  const unpacked = await run("dpkg-deb", ["-x", name, "tree"], options);
  if (unpacked.exitCode !== 0) return `Debian's package ${program} could not be unpacked`;
  renameSync(join(work, "tree/usr/bin", program), join(temporary, program));
  rmSync(work, { recursive: true, force: true });
  const { exitCode } = await run(join(temporary, program), ["--version"], { ...options, cwd: temporary });
  return exitCode === 0 ? undefined : `Debian's ${program} does not start here`;
}

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";

const PROGRAM = "docker-registry";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * A registry of images: on the path, else out of Debian's package of that name. The package is unpacked, not installed:
 * that needs no rights and starts no service.
 * @param {Context} context
 * @returns {Promise<import("./context.mjs").Part>} `path` is the program
 */
export async function provideRegistry(context) {
  if (context.skipped.has("registry")) return leftOut();
  const onPath = findOnPath(context.env);
  if (onPath !== undefined) return available(onPath);
  const folder = join(context.machineCacheFolder, "registry", `${process.platform}-${process.arch}`);
  const program = join(folder, PROGRAM);
  if (existsSync(program)) return available(program);
  const remedy = `put CNCF Distribution's registry on the path under the name ${PROGRAM}`;
  if (findOnPath(context.env, "apt-get") === undefined) {
    return unavailable(`${PROGRAM} is not installed, and without apt-get it cannot be fetched: ${remedy}`);
  }
  const step = {
    part: "registry",
    what: `download of ${PROGRAM}`,
    why: "tests push to and pull from a real registry",
    takes: "a few seconds, once for this machine",
  };
  const fill = (temporary) => announced(context, step, () => unpackPackage(context, temporary));
  const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
  return failure === undefined
    ? available(program)
    : unavailable(`${failure}: ${remedy}, or install Debian's`);
}

function findOnPath(env, name = PROGRAM) {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * @param {Context} context
 * @param {string} temporary - gets the program
 * @returns {Promise<string | undefined>} what failed
 */
async function unpackPackage({ env }, temporary) {
  const work = join(temporary, "work");
  for (const folder of ["lists/partial", "archives/partial"])
    mkdirSync(join(work, folder), { recursive: true });
  const options = { cwd: work, env: { ...env, LC_ALL: "C" }, output: "keep" };
  const patience = ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=1"];
  // Lists of our own: the machine's may be empty or old, and only root may renew them.
  const ownLists = ["-o", `Dir::State::Lists=${join(work, "lists")}`, "-o", `Dir::Cache=${work}`];
  const download = async (...settings) =>
    (await run("apt-get", [...patience, ...settings, "download", PROGRAM], options)).exitCode === 0;
  if (!(await download())) {
    // A source that cannot be reached makes the update fail; the download shows whether it was ours.
    await run("apt-get", [...patience, ...ownLists, "update"], options);
    if (!(await download(...ownLists))) return `Debian's package ${PROGRAM} could not be fetched`;
  }
  const name = readdirSync(work).find((file) => file.endsWith(".deb")) ?? "";
  const unpacked = await run("dpkg-deb", ["-x", name, "tree"], options);
  if (unpacked.exitCode !== 0) return `Debian's package ${PROGRAM} could not be unpacked`;
  renameSync(join(work, "tree/usr/bin", PROGRAM), join(temporary, PROGRAM));
  rmSync(work, { recursive: true, force: true });
  const { exitCode } = await run(join(temporary, PROGRAM), ["--version"], { ...options, cwd: temporary });
  return exitCode === 0 ? undefined : `Debian's ${PROGRAM} does not start here`;
}

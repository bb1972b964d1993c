import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fillOnce } from "./machine-cache.mjs";
import { available, leftOut, unavailable } from "./part.mjs";
import { announced, run } from "./run.mjs";

/** @typedef {import("./context.mjs").Context} Context */

/**
 * A program of Debian's packages.
 * @typedef {object} DebianProgram
 * @property {string} program - as it is called on the path, too
 * @property {string} project - whose program it is
 * @property {string} why - what tests do with it
 * @property {readonly string[]} [packages] - the one of the program's name without
 * @property {Readonly<Record<string, string>>} [launcher] - scripts, one of them named like the program, which start it
 *   out of the packages' `tree` beside them; without, the program is kept alone
 */

/**
 * A program that is on the path, else out of Debian's packages. They are unpacked, not installed: that needs no rights and
 * starts no service.
 * @param {Context} context
 * @param {string} part - its name among the parts
 * @param {DebianProgram} wanted
 * @returns {Promise<import("./context.mjs").Part>} `path` is the program
 */
export async function provideDebianProgram(context, part, wanted) {
  const { program, project, why } = wanted;
  if (context.skipped.has(part)) return leftOut();
  const onPath = findOnPath(context.env, program);
  if (onPath !== undefined) return available(onPath);
  const folder = join(context.machineCacheFolder, part, folderName(wanted));
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
  const fill = (temporary) => announced(context, step, () => unpackProgram(context, wanted, temporary));
  const failure = await fillOnce({ folder, what: step.what, say: context.say }, fill);
  return failure === undefined ? available(path) : unavailable(`${failure}: ${remedy}, or install Debian's`);
}

/** Of its own for each launcher, so that a new one is used at once. */
function folderName({ launcher }) {
  const machine = `${process.platform}-${process.arch}`;
  if (launcher === undefined) return machine;
  return `${machine}-${createHash("sha256").update(JSON.stringify(launcher)).digest("hex").slice(0, 16)}`;
}

function findOnPath(env, name) {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/**
 * @param {Context} context
 * @param {DebianProgram} wanted
 * @param {string} temporary - gets the program
 * @returns {Promise<string | undefined>} what failed
 */
async function unpackProgram({ env }, { program, packages = [program], launcher }, temporary) {
  const work = join(temporary, "work");
  const options = { cwd: work, env: { ...env, LC_ALL: "C" }, output: "keep" };
  const failure = (await download(packages, options)) ?? (await unpack(options));
  if (failure !== undefined) return failure;
  if (launcher === undefined) renameSync(join(work, "tree/usr/bin", program), join(temporary, program));
  else keepTree(join(work, "tree"), launcher, temporary);
  rmSync(work, { recursive: true, force: true });
  const { exitCode } = await run(join(temporary, program), ["--version"], { ...options, cwd: temporary });
  return exitCode === 0 ? undefined : `Debian's ${program} does not start here`;
}

/** @returns {Promise<string | undefined>} what failed */
async function download(packages, options) {
  const work = options.cwd;
  for (const folder of ["lists/partial", "archives/partial"]) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  const patience = ["-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=1"];
  // Lists of our own: the machine's may be empty or old, and only root may renew them.
  const ownLists = ["-o", `Dir::State::Lists=${join(work, "lists")}`, "-o", `Dir::Cache=${work}`];
  const fetched = async (...settings) =>
    (await run("apt-get", [...patience, ...settings, "download", ...packages], options)).exitCode === 0;
  if (await fetched()) return undefined;
  // A source that cannot be reached makes the update fail; the download shows whether it was ours.
  await run("apt-get", [...patience, ...ownLists, "update"], options);
  return (await fetched(...ownLists)) ? undefined : `${named(packages)} could not be fetched`;
}

/** All that was downloaded, into `tree`. @returns {Promise<string | undefined>} what failed */
async function unpack(options) {
  for (const file of readdirSync(options.cwd).filter((name) => name.endsWith(".deb"))) {
    const { exitCode } = await run("dpkg-deb", ["-x", file, "tree"], options);
    if (exitCode !== 0) return `${named([file.split("_")[0]])} could not be unpacked`;
  }
  return undefined;
}

function named(packages) {
  return `Debian's package${packages.length === 1 ? "" : "s"} ${packages.join(", ")}`;
}

/** The tree without what people read, and its launcher beside it. */
function keepTree(tree, launcher, folder) {
  for (const texts of ["doc", "locale", "man"]) {
    rmSync(join(tree, "usr/share", texts), { recursive: true, force: true });
  }
  renameSync(tree, join(folder, "tree"));
  for (const [name, text] of Object.entries(launcher)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  }
}

import { basename, resolve } from "node:path";
import { defineCommand } from "@kubewarden-ts/cli";
import { isPolicyName, renderProject } from "./project.ts";
import { readTemplate } from "./template.ts";
import { writeProject } from "./write-project.ts";

/**
 * `create-policy`, which `npm create @kubewarden-ts/policy` runs.
 * @param options.ownVersion - the SDK and kwctl of a new policy are of the same version
 */
export function createPolicyProgram({ ownVersion }: { ownVersion: string }) {
  return defineCommand({
    name: "create-policy",
    version: { short: `create-policy ${ownVersion}` },
    summary: "Starts a Kubewarden policy in TypeScript",
    args: [{ name: "<folder>", description: "Folder to make; its name becomes the name of the policy" }],
    flags: {
      sdk: {
        type: "string",
        valueName: "SPEC",
        description: "Where @kubewarden-ts/policy-sdk comes from: a version, or file:PATH of a tarball",
      },
      kwctl: {
        type: "string",
        valueName: "SPEC",
        description: "Where @kubewarden-ts/kwctl comes from: a version, or file:PATH of a tarball",
      },
    },
    async run({ args: [folder], flags: { sdk = ownVersion, kwctl = ownVersion }, stdout, stderr }) {
      const name = basename(resolve(folder));
      if (!isPolicyName(name)) {
        stderr.write(
          `${name}: expected lower-case letters, digits and dashes, as names of npm packages are\n`,
        );
        return 1;
      }
      const written = await writeProject(folder, renderProject(await readTemplate(), { name, sdk, kwctl }));
      if (written === "folder-not-empty") {
        stderr.write(`${folder} is not empty: name a folder that is, or none that is there\n`);
        return 1;
      }
      stdout.write(`${folder} is a policy now. What is next:\n\n  cd ${folder}\n  npm install\n  npm test\n`);
      return 0;
    },
  });
}

import { mkdir, mkdtemp, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A new folder below another one, with files as Kubernetes mounts a ConfigMap or Secret: each a link behind a link. */
export async function mountedFolder(
  parent: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await mkdtemp(join(parent, "mount-"));
  const generation = "..2026_01_02_03_04_05.123456789";
  await mkdir(join(folder, generation));
  await symlink(generation, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, generation, name), text);
    await symlink(join("..data", name), join(folder, name));
  }
  return folder;
}

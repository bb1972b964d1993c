/** A process that is killed after a file was written, before it is in its place: `write-and-die.ts ROOT NAME CONTENT`. */
import { open } from "node:fs/promises";
import { createStoredFiles } from "../stored-files.ts";

const [root = "", name = "", content = ""] = process.argv.slice(2);
const files = createStoredFiles(root, {
  calls: {
    open,
    async rename() {
      process.kill(process.pid, "SIGKILL");
      // it may take a moment
      await new Promise(() => setInterval(() => {}, 1000));
    },
  },
});
await files.write(["registry", "h", name], Buffer.from(content));

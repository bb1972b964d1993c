import { errorText } from "@kubewarden-ts/base";
import { UsageError } from "./arguments.ts";
import { verifyByArguments } from "./verify.ts";

try {
  await verifyByArguments(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

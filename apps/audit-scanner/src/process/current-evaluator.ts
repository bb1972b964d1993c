import { errorText, type Logger } from "@kubewarden-ts/base";
import { fileStamps } from "@kubewarden-ts/base/node";
import { type ClientTls, type ClientTlsFiles, readClientTls } from "../evaluation/client-tls.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";

/** An evaluator with the certificates that files hold. */
export interface CurrentEvaluator extends AsyncDisposable {
  /** for the next run */
  readonly evaluator: Evaluator;
  /**
   * Between runs: where files were replaced since they were read, connections are opened anew with what they hold now.
   * While they cannot be used, what they held before stays; that is logged once for each change.
   */
  refresh(): Promise<void>;
}

/**
 * Reads the files; and again whenever `refresh` finds that they changed.
 * @param open - makes an evaluator, which is disposed of here
 * @throws {EvaluatorError} naming the file that cannot be used
 */
export async function createCurrentEvaluator(
  files: ClientTlsFiles,
  open: (tls: ClientTls) => Evaluator,
  log: Logger,
): Promise<CurrentEvaluator> {
  const { extraCaFile, clientCertFile, clientKeyFile } = files;
  const paths = [extraCaFile, clientCertFile, clientKeyFile].filter((path) => path !== undefined);
  // before they are read: a change in between is then seen as one
  const stampsNow = async (): Promise<string> => JSON.stringify([...(await fileStamps(paths))]);
  let used = await stampsNow();
  let refused = "";
  let evaluator = open(await readClientTls(files));

  const readAnew = async (stamps: string): Promise<Evaluator | undefined> => {
    try {
      return open(await readClientTls(files));
    } catch (error) {
      if (stamps !== refused) log.warn(unusable, { error: withoutPrefix(errorText(error)), files: paths });
      refused = stamps;
      return undefined;
    }
  };

  return {
    get evaluator() {
      return evaluator;
    },
    async refresh() {
      const stamps = await stampsNow();
      if (stamps === used) return;
      // tried each time although nothing may have changed: a right to read leaves no trace in a stamp
      const next = await readAnew(stamps);
      if (next === undefined) return;
      const before = evaluator;
      [evaluator, used, refused] = [next, stamps, ""];
      log.info("certificate files changed: what they hold now is used from this scan on", { files: paths });
      await before[Symbol.asyncDispose]();
    },
    [Symbol.asyncDispose]: () => evaluator[Symbol.asyncDispose](),
  };
}

const unusable =
  "certificate files changed and cannot be used: what they held before stays in use. Put PEM files there, they are read again before the next scan";

/** The texts are those of a scanner that cannot start, and this one runs. */
function withoutPrefix(text: string): string {
  return text.replace(/^failed to create scanner: /, "");
}

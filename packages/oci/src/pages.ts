import { registryError } from "./errors.ts";
import { type Answer, urlText } from "./http/exchange.ts";
import { nextPage } from "./http/link.ts";
import type { GivenUrl, Repository, RepositoryRequest, Session } from "./session.ts";

/** A list that goes on for longer is that of a registry that never ends. */
const maxPages = 1000;
const maxListBytes = 64 * 1024 * 1024;

/**
 * The answers that make up a list, page by page.
 * @param options.accepts - answers of other statuses than 200; they are the last
 * @throws {OciError} `OCI_PROTOCOL` when a page is at another host, `OCI_TOO_LARGE` when there is no end
 */
export async function* pagesOf(
  session: Session,
  repository: Repository,
  request: Omit<RepositoryRequest, "method" | "path"> & { path: string },
  options: { signal: AbortSignal; accepts?: (answer: Answer) => boolean },
): AsyncGenerator<Answer, void, void> {
  let path: string | GivenUrl = request.path;
  let bytes = 0;
  for (let page = 0; page < maxPages && bytes <= maxListBytes; page++) {
    const answer: Answer = await session.request(repository, { ...request, method: "GET", path }, options);
    bytes += answer.body.length;
    yield answer;
    const url = nextPage(answer.headers.get("link"), answer.url);
    if (answer.status !== 200 || url === undefined) return;
    if (url.host !== answer.url.host) {
      throw registryError(
        `OCI distribution spec violation: ${urlText(answer.url)} goes on at another host, ${url.host}`,
        { code: "OCI_PROTOCOL" },
      );
    }
    path = { url, from: answer.url };
  }
  throw registryError(`the list ${request.path} of ${repository.repository} does not end`, {
    code: "OCI_TOO_LARGE",
  });
}

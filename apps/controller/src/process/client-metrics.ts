import { isKubeError, type KubeClient, type KubeRequest } from "@kubewarden-ts/kube";
import type { MetricRegistry } from "@kubewarden-ts/telemetry";

/** Counts what is asked of the API server, under client-go's name (controller.md 6.2). */
export function observeClient(client: KubeClient, registry: MetricRegistry): KubeClient {
  const requests = registry.counter({
    name: "rest_client_requests_total",
    description: "Requests to the API server, by status, method and host",
    valueType: "int",
  });
  const host = URL.parse(client.access.server)?.host ?? "";
  const counted = async <T>(
    method: string,
    send: () => Promise<T>,
    code: (answer: T) => number,
  ): Promise<T> => {
    try {
      const answer = await send();
      requests.add(1, { code: String(code(answer)), method, host });
      return answer;
    } catch (error) {
      // "<error>" is what client-go has where there was no answer
      const status = isKubeError(error) ? error.status : undefined;
      requests.add(1, { code: status === undefined ? "<error>" : String(status), method, host });
      throw error;
    }
  };
  const request = (path: string, options: KubeRequest = {}) =>
    counted(
      options.method ?? "GET",
      () => client.request(path, options),
      ({ status }) => status,
    );
  return {
    access: client.access,
    request,
    get: (path, options) => request(path, options),
    stream: (path, options) =>
      counted(
        "GET",
        () => client.stream(path, options),
        () => 200,
      ),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

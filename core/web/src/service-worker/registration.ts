/** The service worker of this origin, registered when it is first needed. */
import { scriptUrl } from "../shell/trusted";

let registered: Promise<ServiceWorkerRegistration> | undefined;

export function serviceWorker(): Promise<ServiceWorkerRegistration> {
  if (!navigator.serviceWorker) return Promise.reject(new Error("This browser runs no service worker here. It needs https, or localhost."));
  registered ??= navigator.serviceWorker.register(scriptUrl("/service-worker.js"), { scope: "/" });
  return registered;
}

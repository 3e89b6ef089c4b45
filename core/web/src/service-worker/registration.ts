/** The service worker of this origin, registered when it is first needed. */
let registered: Promise<ServiceWorkerRegistration> | undefined;

export function serviceWorker(): Promise<ServiceWorkerRegistration> {
  registered ??= navigator.serviceWorker.register("/service-worker.js", { scope: "/", type: "module" });
  return registered;
}

/** The service worker, served as `/service-worker.js`: the application without a connection, and messages that are pushed. */
import { OfflineShell, type Version } from "./offline";
import { installPush, type PushScope } from "./push";

declare const self: ServiceWorkerGlobalScope & { maxboosterVersion: Version };

new OfflineShell(self, self.maxboosterVersion).install();
installPush(self as unknown as PushScope);

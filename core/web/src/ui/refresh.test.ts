import type { ReactiveController, ReactiveControllerHost } from "lit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refresh } from "./refresh";

describe("a panel that follows what happens", () => {
  let controller: ReactiveController;
  const events = new EventTarget();
  const load = vi.fn();
  const panel = { host: { events }, addController: (added: ReactiveController) => (controller = added) };

  beforeEach(() => {
    vi.useFakeTimers();
    load.mockClear();
    new Refresh(panel as unknown as ReactiveControllerHost & { host: { events: EventTarget } }, load, ["job", "event"]);
    controller.hostConnected?.();
  });
  afterEach(() => {
    controller.hostDisconnected?.();
    vi.useRealTimers();
  });

  const hint = (name: string) => events.dispatchEvent(new Event(name));

  it("reads once for a swarm of hints", () => {
    for (let n = 0; n < 50; n += 1) hint(n % 2 ? "job" : "event");
    expect(load).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(load).toHaveBeenCalledTimes(1);
    hint("job");
    vi.runAllTimers();
    expect(load).toHaveBeenCalledTimes(2);
  });

  it("hears its own hints alone, and none once it is gone", () => {
    hint("catch-up");
    vi.runAllTimers();
    hint("job");
    controller.hostDisconnected?.();
    vi.runAllTimers();
    hint("job");
    vi.runAllTimers();
    expect(load).not.toHaveBeenCalled();
  });
});

import { expect, test, vi } from "vitest";
import { installPush, type PushScope } from "./push";

interface Shown {
  title: string;
  options: Record<string, unknown>;
}

function installed(pages: { url: string }[] = []) {
  const heard = new Map<string, (event: never) => void>();
  const shown: Shown[] = [];
  const went: string[] = [];
  const scope: PushScope = {
    location: { origin: "https://music.example" },
    registration: { showNotification: async (title, options) => void shown.push({ title, options }) },
    clients: {
      matchAll: async () => pages.map((page) => ({ ...page, focus: vi.fn(async () => undefined), navigate: async (url: string) => went.push(`page ${url}`) })),
      openWindow: async (url) => went.push(`window ${url}`),
    },
    addEventListener: (type, hear) => void heard.set(type, hear),
  };
  installPush(scope);
  const fire = async (type: string, event: object): Promise<void> => {
    let work: Promise<unknown> = Promise.resolve();
    heard.get(type)!({ ...event, waitUntil: (given: Promise<unknown>) => (work = given) } as never);
    await work;
  };
  return { shown, went, fire };
}

const pushed = (body: unknown) => ({ data: { json: () => body } });

test("what was pushed is shown, and the same again replaces it", async () => {
  const { shown, fire } = installed();
  await fire("push", pushed({ title: "“Halo” is live", text: "On Spotify", path: "/releases/1", tag: "7" }));
  expect(shown).toEqual([{ title: "“Halo” is live", options: expect.objectContaining({ body: "On Spotify", tag: "7", data: "/releases/1" }) }]);
});

test("a push that cannot be read is shown all the same", async () => {
  const { shown, fire } = installed();
  await fire("push", { data: null });
  await fire("push", { data: { json: () => JSON.parse("{") } });
  expect(shown.map((each) => each.title)).toEqual(["Max Booster", "Max Booster"]);
});

test("a click leads to the open page, else to a new one, and nowhere else", async () => {
  const close = vi.fn();
  const click = (data: unknown) => ({ notification: { close, data } });
  const open = installed([{ url: "https://music.example/home" }]);
  await open.fire("notificationclick", click("/releases/1"));
  const none = installed([{ url: "https://other.example/" }]);
  await none.fire("notificationclick", click("/money"));
  await none.fire("notificationclick", click("https://evil.example/money"));
  await none.fire("notificationclick", click("//evil.example"));
  expect([...open.went, ...none.went]).toEqual([
    "page https://music.example/releases/1",
    "window https://music.example/money",
    "window https://music.example/home",
    "window https://music.example/home",
  ]);
  expect(close).toHaveBeenCalledTimes(4);
});

/** The icons of the shell and the kit, by their Lucide names; they travel in one file. */
export const USUAL = [
  "activity", "arrow-left", "bell", "check", "chevron-down", "chevron-left", "chevron-right", "chevron-up",
  "chevrons-up-down", "circle", "circle-alert", "circle-check", "circle-x", "clock", "copy", "credit-card", "disc-3",
  "download", "ellipsis", "eye", "eye-off", "file-audio", "house", "key-round", "layers", "chart-line", "list-checks",
  "list-music", "log-out", "mail", "menu", "minus", "monitor", "moon", "pause", "play", "plug", "plus", "scroll-text", "search",
  "settings", "shield-check", "sliders-vertical", "smartphone", "sparkles", "sun", "trash-2", "triangle-alert",
  "cable", "link", "pencil", "share-2", "upload", "user", "user-plus", "users", "wallet", "webhook", "wifi-off", "x",
];

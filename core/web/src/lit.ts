/** What panels get as `lit`: the shell's own copy. */
export * from "lit";

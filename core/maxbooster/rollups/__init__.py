"""What a label sees of all its artists at once: tables over its sub-accounts, one from each plugin that has one."""

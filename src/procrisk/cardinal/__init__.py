"""OCP Cardinal's commands, for those who come from it: `indicators`, `prepare` and `coverage`, with its settings file."""

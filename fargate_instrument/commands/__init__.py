"""The subcommands, one module each, for people and CI; never on the plan path."""

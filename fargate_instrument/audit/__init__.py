"""Which task definitions run uninstrumented: sources, verdicts, reports."""

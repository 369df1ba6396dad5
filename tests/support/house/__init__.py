"""The house rules as functions: each reads a source tree and returns what breaks the rule, a line each."""

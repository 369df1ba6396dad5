"""Generated pages of docs/reference: one module each, with `page() -> str`."""

"""Words of supervision for its pages (督查用语)."""

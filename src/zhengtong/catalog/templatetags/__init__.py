"""Words of the catalogue for its pages (目录用语)."""

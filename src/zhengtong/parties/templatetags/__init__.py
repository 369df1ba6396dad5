"""Words of parties on pages (主体页面用词)."""

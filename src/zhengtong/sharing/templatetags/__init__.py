"""Template tags of sharing (页面用词)."""

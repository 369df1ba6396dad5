"""Pages of the catalogue, by what people do there (目录页面)."""

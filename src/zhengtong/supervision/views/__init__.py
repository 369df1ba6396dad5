"""Pages of supervision (督查页面): one module a subject."""

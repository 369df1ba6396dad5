"""Components as template tags (组件)."""

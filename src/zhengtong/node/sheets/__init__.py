"""Spreadsheets as a source (表格数据源): for departments that keep a table and no system."""

from zhengtong.node.sheets.taking import UploadReport, prepare, upload, upload_bytes

__all__ = ["UploadReport", "prepare", "upload", "upload_bytes"]

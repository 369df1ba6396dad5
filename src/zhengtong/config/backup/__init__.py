"""Backup and restore of the center (中心备份与恢复): keys and database in one sealed archive, a new epoch afterwards.

Who: whoever installs the center.  States: none; an archive is whole or it is not one.
Source: design §6 (a restored center opens a new epoch), §8.
"""

from zhengtong.config.backup.restoring import Restored, restore
from zhengtong.config.backup.writing import Written, write

__all__ = ["Restored", "Written", "restore", "write"]

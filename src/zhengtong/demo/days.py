"""The days of the story (演示日期): where its clock starts and where it stands."""

from datetime import date, datetime

from zhengtong.kernel.clock import BEIJING

STORY_BEGINS = datetime(2026, 8, 24, 9, 0, tzinfo=BEIJING)
STORY_DAY = date(2026, 10, 16)

"""Profile a source (源库画像): what a department's tables hold, in aggregates only, as a draft for the catalogue.

Who: the department's engineer runs it, the data officer completes the draft (duty, matter, material).  No value seen
fewer than SEEN_MIN times ever leaves, and values of columns that name people or bodies never do.
Source: design §8; the draft is read by `zhengtong catalog import`.
"""

from zhengtong.node.profiling.draft import PROFILE_FORMAT, draft_of, profile

__all__ = ["PROFILE_FORMAT", "draft_of", "profile"]

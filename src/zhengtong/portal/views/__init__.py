"""Pages that cross areas (门户页面): parse, ask, render.

`pages`   home, inbox, rules, standards, and how pages are shown
`papers`  what is printed, and the check of a printed paper
`tour`    the guided tour of the demo
"""

from zhengtong.portal.views import pages, papers, tour

__all__ = ["pages", "papers", "tour"]

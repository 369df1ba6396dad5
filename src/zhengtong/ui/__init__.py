"""The look (界面): base pages, components, styles and vendored browser files.

It knows no domain.  A `Shell` value carries the name, menu, counts and language; components
take labels, tones, dates and articles.  Server-rendered, works without scripts, no external
host.  Tabler gives the base, `static/ui/zhengtong.css` is our thin layer of tokens on it.
"""

"""Sharing (共享机制): one department asks another for data, is answered by law, and gets a grant.

Actors: the consumer's data officer and the head of its sharing office (条例 第二十条), the
provider's data officer and head, the authority's leader (extensions, 第二十一条) and reviewer.
States: `rules.RequestState` (draft … decided) and `rules.GrantState` (delivering … ended).
Source: 政务数据共享条例 (国务院令第809号) articles 20–22, 25, 27; reference/standards.md §12.
What is not built yet has its place: demand lists, correction (26) and disputes (28) come with
the mechanism issue; breaches (39, 40) are read by supervision from the events recorded here.
"""

"""The desk (结点工作台): pages at a department's own node, for the department's own people.

Actors: 数据专员 (asks under a grant, uploads, repairs rows), 运维工程师 (sees figures and schedules, no rows).
Rows never pass through the center, so pages that show rows live here.  States: a link is made →
used to open a session (8 hours) → removed or run out.  Every look at rows leaves a record without values.
Source: design §2, §6; 政务数据共享条例第二十五条 (使用须与申请用途一致).
"""

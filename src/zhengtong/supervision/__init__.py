"""Supervision (督查): what the Decree calls a breach, found from facts, explained by the department, closed by people.

Actors: the worker detects; 督查人员 ask, close and uphold; a department explains; the data authority
reads and reports (条例 第二十九、三十八条).  A finding goes open → explanation asked → explained → closed or
upheld.  A breach kind without a detector claims nothing.  Source: 政务数据共享条例 第三十八至四十一条.
"""

"""Catalogue (目录体系): what the government holds, whose it is, and under which terms it is shared.

Purpose: entries with items and item-level sharing terms, their revisions, and the duty, matter
         and document an entry comes from (职责 → 事项 → 材料/结果).
Actors:  data officer drafts, department head signs, data authority reviews and publishes.
States:  draft, dept_review, submitted, authority_review, published, change_due, returned, withdrawn, superseded.
Source:  政务数据共享条例 第十二至十七、十九条; 政务信息资源目录编制指南（试行）(2017).
"""

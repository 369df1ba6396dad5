"""Standards (标准规范、分类): the words, codes and limits that every catalogue entry is checked against.

Purpose: code lists with validity, the metadata profile of a catalogue entry, the check of an entry
         against it, and the authority's own rows: regions, calendar days, local limits.
Actors:  the data authority (reviewer, leader) edits rows; everybody reads.
States:  a code, a region and a limit hold from a day until a day.
Source:  政务信息资源目录编制指南（试行）(2017), 政务数据共享条例 第十三、十五条, GB/T codes named in each list.
"""

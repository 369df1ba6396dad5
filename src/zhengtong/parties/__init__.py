"""Parties (主体、角色、职责): who may act, for which organization, in which role.

Purpose: organizations, officers, accounts, seats, substitutes (AB角) and duties; sign-in.
Actors:  system administrator (organizations, officers, accounts), security administrator (seats).
States:  a seat and a substitution hold from a day until a day; an account is open, locked or closed.
Source:  政务数据共享条例 第八、十一、十三、二十条; GB 32100-2015, GB 11643-1999, GB/T 2260.
"""

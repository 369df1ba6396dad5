"""Pages that cross areas (门户): home with the map of the mechanism, inbox, rules, menu.

Purpose: show a reader where everything stands and what waits for them, in one place.
Actors: everybody; what is counted and listed is what the actor may see.
States: none of its own.  It reads the areas' queries and links to their pages.
Source: the three mechanisms of 《电子政务应用中的信息资源共享机制研究》 (管理机制、保障机制、运行机制).
"""

"""Routes of the desk (工作台路由), and who may take them."""

from starlette.routing import Route

from zhengtong.node.desk import asking, pages, quarantine, sign_in
from zhengtong.node.desk.people import Role
from zhengtong.node.desk.visits import page

_OFFICER = frozenset({Role.OFFICER})
_ENGINEER = frozenset({Role.ENGINEER})
_G, _P = ["GET"], ["POST"]

DESK = [
    Route("/desk", page(pages.home, signed_in=False), methods=_G),
    Route("/desk/", page(pages.first), methods=_G),
    Route("/desk/desk.css", page(pages.style, signed_in=False), methods=_G),
    Route("/desk/mark.svg", page(pages.mark, signed_in=False), methods=_G),
    Route("/desk/enter", page(sign_in.enter, signed_in=False), methods=_G),
    Route("/desk/enter", page(sign_in.enter_now, signed_in=False), methods=_P),
    Route("/desk/leave", page(sign_in.leave), methods=_P),
    Route("/desk/language", page(sign_in.language, signed_in=False), methods=_P),
    Route("/desk/query", page(asking.ask_page, roles=_OFFICER), methods=_G),
    Route("/desk/query", page(asking.ask_now, roles=_OFFICER), methods=_P),
    Route("/desk/quarantine", page(quarantine.listed), methods=_G),
    Route("/desk/quarantine/upload/{upload:int}/{row:int}", page(quarantine.upload_row, roles=_OFFICER), methods=_G),
    Route(
        "/desk/quarantine/upload/{upload:int}/{row:int}", page(quarantine.upload_row_now, roles=_OFFICER), methods=_P
    ),
    Route("/desk/quarantine/run/{run}/{n:int}", page(quarantine.pulled_row, roles=_OFFICER), methods=_G),
    Route("/desk/quarantine/run/{run}/{n:int}", page(quarantine.pulled_row_now, roles=_OFFICER), methods=_P),
    Route("/desk/upload", page(pages.upload_page, roles=_OFFICER), methods=_G),
    Route("/desk/upload", page(pages.upload_now, roles=_OFFICER), methods=_P),
    Route("/desk/runs", page(pages.runs_page), methods=_G),
    Route("/desk/runs", page(pages.recheck_now), methods=_P),
    Route("/desk/schedules", page(pages.schedules_page), methods=_G),
    Route("/desk/schedules", page(pages.switch_now, roles=_ENGINEER), methods=_P),
    Route("/desk/records", page(pages.records_page), methods=_G),
    Route("/desk/{rest:path}", page(pages.nothing), methods=_G),
]

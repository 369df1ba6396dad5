from tests.integration.node.test_rows_that_left import *
from zhengtong.node import producing
import time
@pytest.fixture(autouse=True, params=[0.005,0.01,0.015,0.02,0.025,0.03,0.04,0.05,0.06,0.08,0.1])
def slow(monkeypatch, request):
    w = producing.write_parcel
    def s(work, seq, plain, **more):
        time.sleep(request.param)
        return w(work, seq, plain, **more)
    monkeypatch.setattr(producing, "write_parcel", s)

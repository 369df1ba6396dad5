import time, pytest
pytestmark = pytest.mark.django_db
def test_all(db, clock):
    from tests.support.listings import load_listing_entries
    b=time.process_time(); n=load_listing_entries(clock=clock); print("LOADED", n, time.process_time()-b)

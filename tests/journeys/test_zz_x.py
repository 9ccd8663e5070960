import time, cProfile
from tests.journeys.test_a_bad_request_has_no_effect import *
from tests.journeys import test_a_bad_request_has_no_effect as t
async def test_x(open_desk):
    got=[]
    async def od(**k):
        d=await open_desk(**k); got.append(d); return d
    a=time.time(); await t.test_no_bad_request_gets_in_or_gets_a_5xx(od); print("Q body", time.time()-a)
    d=got[0]
    from tests.world import unbroken
    a=time.time(); await unbroken(d); print("Q unbroken", time.time()-a)
    a=time.time(); await d.quiet(); print("Q quiet", time.time()-a)
    s=d.service
    for n,f in (("runner",s._runner.cleanup),("drain",s._front.drain),("outbox",s._outbox.stop),("conn",s._connection.close),("store",s.store.close)):
        a=time.time(); await f(); print("Q",n,time.time()-a)

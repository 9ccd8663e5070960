from tests.world import *
from bot.domain.delivery import State
def q(r): return r.deliveries(states=(State.PENDING, State.SENDING, State.FAILED, State.UNCLEAR), limit=10)
async def test_x(desk):
    await desk.do("faults", faults=[{"kind":"error_500_before","method":"chat.postMessage"}])
    await desk.write(message())
    await asyncio.sleep(0.5)
    print("R", await desk.read(q)); print("Q", await desk.rows("select id,what,state,code,settled_at from deliveries"))
    await asyncio.sleep(6)
    print("R", await desk.read(q)); print("Q", await desk.rows("select id,what,state,code,settled_at from deliveries"))

"""A part of the platform that is away: the reader is told to come again, in the reader's language."""

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from libs.db.absence import DatabaseAway
from libs.web.peers import Peers
from services.portal.assets import Assets
from services.portal.composing import Refused, Services
from services.portal.failures import exception_handlers
from services.portal.rendering import Rendering
from tests.infra.instance import free_port


async def test_a_service_that_does_not_answer_refuses_for_now() -> None:
    peers = Peers(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Refused) as refused:
        await Services(peers, "jni", "fr").get("/editions")
    await peers.close()
    assert (refused.value.status, refused.value.kind) == (503, "peer-away")
    assert refused.value.detail == "Une partie de la plateforme, nécessaire ici, ne répond pas pour l’instant."


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_proxy_that_has_no_service_behind_it_refuses_for_now(status: int) -> None:
    @get("/api/v1/jni/editions", status_code=status, media_type="text/html")
    async def bad_gateway() -> str:
        return "<html>"

    peers = Peers("http://proxy.test")
    peers.mount(Litestar([bad_gateway]))
    with pytest.raises(Refused) as refused:
        await Services(peers, "jni", "en").get("/editions")
    await peers.close()
    assert (refused.value.status, refused.value.kind) == (503, "peer-away")


@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Ce n’est pas possible pour l’instant"), ("ar", "لا يمكن إنجاز هذا في الوقت الحالي")]
)
def test_the_page_says_that_nothing_sent_before_is_lost(language: str, said: str) -> None:
    @get("/{language:str}/jni")
    async def page() -> None:
        raise DatabaseAway

    with TestClient(Litestar([page], exception_handlers=exception_handlers(Rendering(Assets())))) as client:
        answer = client.get(f"/{language}/jni")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert said in answer.text

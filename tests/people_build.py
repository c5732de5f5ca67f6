"""How the tests of people ask: which code an action is refused with, who signs in."""

from typing import Any

import pytest
from house_build import House

from voting.database import writing_session
from voting.errors import Refused
from voting.people import sign_in


def refused(house: House, action: Any, /, **facts: Any) -> str:
    """The code of the refusal; nothing was written, not even to the log."""
    before = house.log()
    with pytest.raises(Refused) as caught:
        house.act(action, **facts)
    assert caught.value.zh and caught.value.en
    assert house.log() == before
    return caught.value.code


def enter(house: House, login: str, password: str, address: str = "") -> sign_in.SignedIn:
    with writing_session(house.engine) as session:
        return sign_in.sign_in(session, now=house.clock.now, login=login, password=password, address=address)


def enter_code(house: House, login: str, password: str, address: str = "") -> str:
    with pytest.raises(Refused) as caught:
        enter(house, login, password, address)
    return caught.value.code

"""The application with one fault built in, for gunicorn to serve in a test.

While the file named by DIE_AFTER_COMMIT exists, the next ballot that is taken kills its worker: after the
commit, before a byte of the answer.
"""

import os
import signal
from pathlib import Path
from typing import Any

from voting.app import from_environment
from voting.box import casting

_accept = casting.accept


def _accept_and_die(*args: Any, **facts: Any) -> casting.Accepted:
    taken = _accept(*args, **facts)
    order = Path(os.environ["DIE_AFTER_COMMIT"])
    if order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return taken


casting.accept = _accept_and_die
app = from_environment()

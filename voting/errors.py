"""The one family of refusals: a rule said no, and a person is told why.

Every refusal carries a stable ``code`` (for programs and tests) and one sentence in Chinese and in
English that says what is wrong, where, and what to do. No HTTP here: ``voting.app`` maps families to
status codes.
"""


class Refused(Exception):
    """A request that the rules refuse; nothing was changed."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        # Refusals cross process boundaries in the verifier's worker pool.
        return type(self), (self.code, self.zh, self.en)


class NotAllowed(Refused):
    """This account may not do this (HTTP 403)."""


class NotFound(Refused):
    """No such thing under this address (HTTP 404)."""


class TooEarly(Refused):
    """The law or the lifecycle does not allow this yet (HTTP 409)."""


class TooLate(Refused):
    """The time for this is over (HTTP 409)."""


class NotEligible(Refused):
    """The person or card is not entitled (HTTP 403)."""


class Malformed(Refused):
    """Input that is not in the form the format asks for, or fails a check of its proof (HTTP 422)."""


class TooLarge(Refused):
    """Input over its size limit (HTTP 413)."""


class Conflict(Refused):
    """Somebody else was first, or the state has moved on (HTTP 409)."""


class Unavailable(Refused):
    """The house itself cannot act now, whoever asks: disk full, second copy away (HTTP 503)."""

"""What the log says of proxies: a form recorded or withdrawn, by a random id, and the posted list's hash. Pure.

A principal who comes to the desk is not logged by itself: the minute would tell who it was. The desk's hourly
batches and its counters at closing hold it.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ProxyRecorded:
    """A written form was recorded; ``evidence_sha256`` is empty where no picture was kept."""

    type: ClassVar[str] = "proxy_recorded"
    election_id: str
    proxy_id: str
    evidence_sha256: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "proxy": self.proxy_id,
            "evidence_sha256": self.evidence_sha256,
            "by": self.by,
        }


@dataclass(frozen=True)
class ProxyWithdrawn:
    """A form was withdrawn in writing before the holder had voted."""

    type: ClassVar[str] = "proxy_withdrawn"
    election_id: str
    proxy_id: str
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "proxy": self.proxy_id, "by": self.by}


@dataclass(frozen=True)
class ProxiesPosted:
    """The list of proxies was posted: how many hold for how many, and the hash of the text."""

    type: ClassVar[str] = "proxies_posted"
    election_id: str
    box_uuid: str
    sha256: str
    holders: int
    principals: int
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "box": self.box_uuid,
            "sha256": self.sha256,
            "holders": self.holders,
            "principals": self.principals,
            "by": self.by,
        }

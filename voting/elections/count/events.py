"""What the log says about a count after its outcome was announced. Pure."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class WinAnnulled:
    """Somebody who won is not elected (当选无效; 居委会组织法 18, 22): who, for which office, on which kind of ground.

    The names of those elected are public; what was found about them is not, and the log does not hold it.
    """

    type: ClassVar[str] = "win_annulled"
    election_id: str
    office: str
    name: str
    ground: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "office": self.office,
            "name": self.name,
            "ground": self.ground,
            "by": self.by,
        }

"""A paper's blocks to PDF/A by its template; without facts there is no paper."""

from datetime import datetime

from voting import printing
from voting.elections.papers.catalogue import Paper, written
from voting.elections.papers.data import Dossier


def print_paper(paper: Paper, dossier: Dossier, *, created: datetime) -> bytes:
    """The PDF/A-2b of ``paper``; the same facts and time give the same bytes.

    Raises TooEarly PAPER_LACKS; Malformed PRINT_CHARACTER; Refused PRINT_FONT_MISSING.
    """
    sheet = written(paper, dossier)
    return printing.compile_pdf(sheet.template, sheet.page(), created=created, tags=sheet.tags)

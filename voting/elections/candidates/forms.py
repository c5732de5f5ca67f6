"""Forms of the candidates' pages. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from voting.elections.candidates.photos import LIMIT
from voting.elections.candidates.rules import BARS
from voting.forms import Form


class CandidateForm(Form):
    """What the ballot shows beside the name."""

    office = HiddenField()
    entry = HiddenField()
    trade = StringField(_("职业"), [Length(max=30, message=_("最多 %(max)d 个字。"))])
    introduction = TextAreaField(
        _("介绍"),
        [Length(max=600, message=_("最多 %(max)d 个字。"))],
        description=_("平板上点“介绍”时显示，最多 600 字。"),
        render_kw={"rows": 5},
    )
    photo = FileField(
        _("照片"),
        description=_("JPEG 或 PNG，最多 300 KB，竖的证件照最好。"),
        # static/js/files.js says the sentence as soon as the file is chosen.
        render_kw={
            "accept": "image/jpeg,image/png",
            "data-most": str(LIMIT),
            "data-too-large": _(
                "照片有 {size} KB，最多 300 KB，没有发出。请用电脑或手机自带的看图程序缩小，再选一次。"
            ),
        },
    )


class BarsForm(Form):
    """The four statutory bars, each answered twice; “yes”, “no”, or still unanswered."""

    def answer(self, who: str, code: str) -> str:
        """“yes”, “no”, or nothing."""
        given = getattr(self, f"{who}_{code}").data
        return given if given in ("yes", "no") else ""

    def unanswered(self) -> dict[str, list[str]]:
        """The bars that lack an answer, with whose is missing: an official signs for all of them or for none."""
        lacking = {code: [who for who in ("declared", "checked") if not self.answer(who, code)] for code in BARS}
        return {code: who for code, who in lacking.items() if who}


for _code in BARS:
    for _who in ("declared", "checked"):
        setattr(BarsForm, f"{_who}_{_code}", StringField())

"""Forms of the candidates' pages. What they refuse, the actions refuse again."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from voting.elections.candidates.actions import About
from voting.elections.candidates.nominating import WAYS
from voting.elections.candidates.photos import LIMIT
from voting.elections.candidates.rules import BARS, EDUCATION, POLITICS
from voting.elections.candidates.tables import Candidate
from voting.elections.tables import Election
from voting.forms import Form
from voting.i18n import in_language


class CandidateForm(Form):
    """What the ballot shows beside the name."""

    office = HiddenField()
    entry = HiddenField()
    trade = StringField(_("职业"), [Length(max=30, message=_("最多 %(max)d 个字。"))])
    education = SelectField(_("学历"), validate_choice=False)
    politics = SelectField(_("政治面貌"), validate_choice=False)
    nation = StringField(_("民族"), [Length(max=20, message=_("最多 %(max)d 个字。"))])
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

    def offer(self, candidate: Candidate | None = None) -> "CandidateForm":
        """With the schooling and the parties in the reader's language, and what `candidate` has so far."""
        for select, words in ((self.education, EDUCATION), (self.politics, POLITICS)):
            select.choices = [("", _("不填")), *((zh, in_language(both)) for zh, both in words.items())]
        if candidate is not None:
            for name in ("trade", "introduction", "education", "politics", "nation"):
                getattr(self, name).data = getattr(candidate, name)
        return self

    def about(self) -> About:
        """What the posted lists say besides."""
        return About(self.education.data or "", self.politics.data or "", self.nation.data or "")


class BarsForm(Form):
    """The four statutory bars, each answered twice; “yes”, “no”, or still unanswered."""

    def answer(self, who: str, code: str) -> str:
        """“yes”, “no”, or nothing."""
        given = getattr(self, f"{who}_{code}").data
        return given if given in ("yes", "no") else ""

    def unanswered(self, codes: Iterable[str]) -> dict[str, list[str]]:
        """The bars among `codes` that lack an answer, with whose is missing: an official signs for all or for none."""
        lacking = {code: [who for who in ("declared", "checked") if not self.answer(who, code)] for code in codes}
        return {code: who for code, who in lacking.items() if who}


for _code in BARS:
    for _who in ("declared", "checked"):
        setattr(BarsForm, f"{_who}_{_code}", StringField())


class NominationForm(Form):
    """Who nominates whom for what."""

    office = SelectField(_("职务"))
    person = StringField(_("被提名人的选民编号"), [Length(max=9)], render_kw={"inputmode": "numeric", "size": "8"})
    way = SelectField(_("提名方式"))
    received_on = DateField(_("收到日期"), [DataRequired(message=_("请填写日期。"))])
    signers = TextAreaField(
        _("联名人的选民编号"),
        [Length(max=4000)],
        description=_("选民联名提名才填，用空格或逗号隔开；逐个与选民名单核对。"),
        render_kw={"rows": 3},
    )

    def offer(self, election: Election) -> "NominationForm":
        """With this election's offices, and the ways in the reader's language."""
        self.office.choices = [(office.id, office.title) for office in election.offices]
        self.way.choices = [(code, in_language(words)) for code, words in WAYS.items() if code != "poll"]
        return self


class PollForm(Form):
    """A nominating poll as counted."""

    held_on = DateField(_("提名投票日期"), [DataRequired(message=_("请填写日期。"))])
    taking_part = IntegerField(
        _("参加提名投票人数"),
        [InputRequired(message=_("请填写人数。")), NumberRange(0, 1_000_000, message=_("请填写人数。"))],
        description=_("提名投票不能委托。"),
    )
    votes = TextAreaField(
        _("各人得票"),
        [Length(max=20_000)],
        description=_("一行一人：职务 选民编号 票数，例如“主任 12 88”。"),
        render_kw={"rows": 8},
    )


class PartyPostForm(Form):
    """A Party post that a candidate holds beside."""

    candidate = SelectField(_("候选人"))
    post = StringField(_("兼任的党组织职务"), [Length(max=20)], description=_("没有就不填；书记当选主任是“一肩挑”。"))

    def offer(self, candidates: Iterable[Candidate]) -> "PartyPostForm":
        """With those who stand."""
        self.candidate.choices = [(one.id, one.name) for one in candidates]
        return self

"""Forms of the committee's page. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from voting.elections.committee.rules import DUTIES, RELATIONS, bodies
from voting.forms import Form
from voting.i18n import in_language
from voting.law.profiles import Mode

_DAY = DataRequired(message=_("请填写日期。"))
_COUNT = (InputRequired(message=_("请填写人数。")), NumberRange(1, 100_000, message=_("请填写人数。")))
_NUMBER = {"inputmode": "numeric", "size": "8"}


def _lines(value: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    return [(code, in_language(words)) for code, words in value.items()]


class VoteForm(Form):
    """The meeting that chose the committee."""

    body = SelectField(_("哪种会议推选"))
    held_on = DateField(_("推选日期"), [_DAY])
    due = IntegerField(_("应到人数"), _COUNT)
    attended = IntegerField(_("实到人数"), _COUNT)
    size = IntegerField(_("成员名额"), _COUNT)
    chosen = TextAreaField(
        _("推选结果"),
        [Length(max=4000)],
        description=_(
            "按票数从多到少，一行一人：选民编号 职务 票数，例如“12 主任 88”；还没有选民名单的，写姓名 性别 职务 票数，"
            "例如“样人甲 女 主任 88”。名额以外的人是候补，按这个次序递补。"
        ),
        render_kw={"rows": 8},
    )

    def offer(self, mode: Mode) -> "VoteForm":
        """With the meetings of this mode in the reader's language."""
        self.body.choices = [(code, in_language((one.zh, one.en))) for code, one in bodies(mode).items()]
        return self


class MeetingForm(Form):
    """A meeting of the committee; who was absent comes as boxes of the page."""

    held_on = DateField(_("会议日期"), [_DAY])


class KinshipForm(Form):
    """Two people and how they are related."""

    one = StringField(_("选民编号"), [Length(max=9)], render_kw=_NUMBER)
    other = StringField(_("另一人的选民编号"), [Length(max=9)], render_kw=_NUMBER)
    relation = SelectField(_("关系"))

    def offer(self) -> "KinshipForm":
        """With the relations in the reader's language."""
        self.relation.choices = _lines(dict(RELATIONS))
        return self


class StaffForm(Form):
    """Somebody who serves at the poll or the count."""

    person = StringField(_("选民编号"), [Length(max=9)], description=_("不在名单上的只填姓名"), render_kw=_NUMBER)
    name = StringField(_("姓名"), [Length(max=30)])
    duty = SelectField(_("职责"))

    def offer(self) -> "StaffForm":
        """With the duties in the reader's language."""
        self.duty.choices = _lines(dict(DUTIES))
        return self

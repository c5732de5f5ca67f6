"""Forms of the recall's pages. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, Length, Optional

from voting.elections.recall.actions import TEXT_LENGTH
from voting.forms import Form

_GIVEN = DataRequired(message=_("请填写这一项。"))
_MOST = Length(max=TEXT_LENGTH, message=_("最多 %(max)d 个字。"))


class PlainForm(Form):
    """A deed that needs nothing but its button."""


class PetitionForm(Form):
    """A petition with its reasons."""

    member = SelectField(_("要求罢免谁"), validate_choice=False)
    basis = SelectField(_("由谁联名"), validate_choice=False)
    reasons = TextAreaField(_("罢免理由"), [_GIVEN, _MOST], description=_("会公布。"), render_kw={"rows": 4})
    same_facts = BooleanField(_("与上一次没有通过的罢免是同一事实"))


class SignForm(Form):
    """Signatures by name, roll number or both; how many representatives there are, where they ask."""

    representatives = IntegerField(
        _("代表共有几人"),
        [Optional()],
        description=_("本届居民（村民）代表的总人数，联名须达到其中的三分之一。签名的代表按选民名单核对。"),
        render_kw={"min": 1},
    )
    written = TextAreaField(
        _("联名书上的签名"),
        [_GIVEN, Length(max=20_000, message=_("最多 %(max)d 个字。"))],
        description=_("每人一行：姓名，或选民编号，或“姓名 编号”。同名的人要写编号；每人只算一次，对不上的会列出来。"),
        render_kw={"rows": 4},
    )


class DefenceForm(Form):
    """The member's defence."""

    text = TextAreaField(_("申辩意见"), [_GIVEN, _MOST], description=_("会公布。"), render_kw={"rows": 4})


class RecallPollForm(Form):
    """Day, hours and place of the poll."""

    day = DateField(_("投票日"), [_GIVEN])
    opens = TimeField(_("开始投票"), [_GIVEN])
    closes = TimeField(_("结束投票"), [_GIVEN])
    place = StringField(_("投票地点"), [Length(max=80, message=_("最多 %(max)d 个字。"))])
    heard = BooleanField(_("已通知本人可以申辩，本人没有提出"))

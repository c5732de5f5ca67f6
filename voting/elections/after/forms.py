"""Forms of the pages about what comes after a count. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from voting.elections.texts import REASON_LENGTH
from voting.forms import Form

_GIVEN = DataRequired(message=_("请填写这一项。"))


def _most(most: int) -> Length:
    return Length(max=most, message=_("最多 %(max)d 个字。"))


class PlainForm(Form):
    """A deed that needs nothing but its button."""


class PollForm(Form):
    """Day, hours and place of a poll to come."""

    kind = HiddenField()
    day = DateField(_("选举日"), [_GIVEN])
    opens = TimeField(_("开始投票"), [_GIVEN])
    closes = TimeField(_("结束投票"), [_GIVEN])
    place = StringField(_("投票地点"), [_most(80)], description=_("不填就和上一次一样。"))
    extra = IntegerField(
        _("候选人比空缺多几人"),
        [Optional(), NumberRange(min=1, max=99, message=_("填 1 到 99。"))],
        description=_("不填就按地方规则的下限。"),
    )
    names = StringField(
        _("同名的人"),
        [_most(200)],
        description=_("另选他人在名单上有同名时写：姓名 编号，用顿号隔开。"),
        render_kw={"autocomplete": "off"},
    )


class AnnulForm(Form):
    """A win that is void."""

    who = SelectField(_("当选人"), validate_choice=False)
    ground = SelectField(
        _("理由"),
        choices=[
            SelectChoice("barred", _("有法律规定不得当选的情形")),
            SelectChoice("wrongful", _("以暴力、威胁、欺骗、贿赂、伪造选票等不正当手段当选")),
        ],
    )


class KinForm(Form):
    """Two winners who are near relatives."""

    first = SelectField(_("当选人"), validate_choice=False)
    second = SelectField(_("与谁有近亲属关系"), validate_choice=False)


class EmptyForm(Form):
    """Places that stay empty."""

    office = SelectField(_("职务"), validate_choice=False)
    reason = TextAreaField(
        _("选举委员会的决定和理由"),
        [_GIVEN, _most(REASON_LENGTH)],
        description=_("会写进公开的日志，请不要写个人信息。"),
        render_kw={"rows": 2},
    )


class DayForm(Form):
    """A day on which something happened."""

    day = DateField(_("日期"), [_GIVEN])


class EndForm(DayForm):
    """An office that ended by itself."""

    ending = SelectField(
        _("情形"),
        choices=[
            SelectChoice("capacity", _("丧失行为能力")),
            SelectChoice("sentence", _("被判处刑罚")),
            SelectChoice("appraised", _("民主评议连续两次不称职")),
            SelectChoice("term", _("任期届满")),
        ],
    )


class DisputeForm(Form):
    """A complaint about an entry of the log."""

    seq = IntegerField(
        _("日志第几条"), [InputRequired(message=_("请填写这一项。")), NumberRange(min=0, message=_("不能少于 0。"))]
    )
    forum = SelectField(
        _("交给谁处理"),
        choices=[
            SelectChoice("street", _("街道、乡镇")),
            SelectChoice("district", _("区、县政府")),
            SelectChoice("court", _("人民法院")),
        ],
    )
    subject = TextAreaField(
        _("争议事项"),
        [_GIVEN, _most(REASON_LENGTH)],
        description=_("不写提出人的姓名。"),
        render_kw={"rows": 2},
    )


class AnswerForm(Form):
    """How a complaint was answered."""

    answer = StringField(_("处理结果"), [_GIVEN, _most(REASON_LENGTH)])


class DeedForm(DayForm):
    """Something done after the poll; which of the fields are asked for, the deed says."""

    place = StringField(_("张贴地点"), [_most(80)])
    receiver = StringField(_("报送机关"), [_most(80)])
    number = StringField(_("文号"), [_most(40)])
    what = StringField(_("封存内容"), [_most(200)])
    seals = StringField(_("封条号"), [_most(120)])
    keeper = StringField(_("保管地点"), [_most(80)])
    witnesses = StringField(_("在场监票人数"), [_most(4)])
    item = StringField(_("移交事项"), [_most(80)])
    amount = StringField(_("数量或金额"), [_most(60)])
    signatures = StringField(_("签字人数"), [_most(4)])
    watched_by = StringField(_("监交机关"), [_most(80)])

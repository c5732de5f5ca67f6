"""Forms of the election's pages. What they refuse, the actions refuse again."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its type stubs
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from voting.elections.actions import MAX_OFFICES, MAX_SEATS, MAX_TRUSTEES
from voting.elections.facts import MIN_TRUSTEES
from voting.elections.texts import REASON_LENGTH
from voting.forms import Form
from voting.law.profiles import OPTIONS, PROFILES, Mode

#: Rows for offices on the form; those without a title do not count.
OFFICE_ROWS = 6
_REQUIRED = DataRequired(message=_("请填写这一项。"))
_GIVEN = InputRequired(message=_("请填写这一项。"))


def _length(most: int) -> Any:
    return Length(max=most, message=_("最多 %(max)d 个字。"))


class OfficeForm(Form):
    """One office to fill. A part of the election's form: that one has the token, this one the same language."""

    class Meta:
        csrf = False

    title = StringField(_("职务"), [_length(20)])
    seats = IntegerField(_("名额"), [Optional(), NumberRange(1, MAX_SEATS, _("名额应在 %(min)d 至 %(max)d 之间。"))])
    write_in = BooleanField(_("可以另选他人（纸质选票）"), default=True)


class HeldForm(Form):
    """When and where."""

    place = StringField(_("投票地点"), [_REQUIRED, _length(80)])
    day = DateField(_("选举日"), [DataRequired(message=_("请填写日期。"))])
    opens = TimeField(_("开始投票"), [DataRequired(message=_("请填写时间，如 08:00。"))])
    closes = TimeField(_("结束投票"), [DataRequired(message=_("请填写时间，如 18:00。"))])


class MoveDayForm(HeldForm):
    """Another day, other hours or another place for an election whose roll is posted."""

    decision = TextAreaField(
        _("选举委员会的决定"),
        [_REQUIRED, _length(REASON_LENGTH)],
        description=_("写明原因；按当地规定要报批的，写明批准机关。会写进公开的日志，请不要写个人信息。"),
        render_kw={"rows": 3},
    )


class ChangeForm(HeldForm):
    """What may still be changed of an election in preparation."""

    title = StringField(_("选举名称"), [_REQUIRED, _length(80)])
    offices = FieldList(FormField(OfficeForm), min_entries=OFFICE_ROWS, max_entries=MAX_OFFICES)


class ElectionForm(HeldForm):
    """A new election."""

    # The day that was asked about as too near: sent along when the official means it.
    meant = HiddenField()
    title = StringField(_("选举名称"), [_REQUIRED, _length(80)])
    mode = SelectField(
        _("选举方式"),
        choices=[
            SelectChoice(Mode.ALL_VOTERS.value, _("全体选民直接选举")),
            SelectChoice(Mode.HOUSEHOLD_REPS.value, _("户代表选举")),
            SelectChoice(Mode.RESIDENT_REPS.value, _("居民代表选举")),
            SelectChoice(Mode.VILLAGE.value, _("村民直接选举")),
        ],
    )
    begun = DateField(
        _("选举已经开始的，从哪天开始"),
        [Optional()],
        description=_("发布第 1 号公告或推选选举委员会的日子；按那天施行的法律办到底。今天才开始的不用填。"),
    )
    profile = SelectField(
        _("地方规则"),
        choices=[SelectChoice(one.key, one.name_zh) for one in PROFILES],
        default="national",
        description=_("建立以后可以在“适用规则”里看到每一项和出处；名单公布以后不能再改。"),
    )
    trustees = IntegerField(
        _("保管密钥的监督委员"),
        [_GIVEN, NumberRange(MIN_TRUSTEES, MAX_TRUSTEES, _("应为 %(min)d 至 %(max)d 人。"))],
        description=_("要他们全部到齐才能开票。"),
        default=3,
    )
    ballot_floor = IntegerField(
        _("开票的最少选票数"),
        [_GIVEN, NumberRange(min=1, message=_("不能小于 1。"))],
        description=_("少于这个数，开票会暴露个人选择，须有书面决定。"),
        default=5,
    )
    offices = FieldList(FormField(OfficeForm), min_entries=OFFICE_ROWS, max_entries=OFFICE_ROWS)


for _option in OPTIONS:
    setattr(
        ElectionForm,
        _option.name,
        SelectField(
            _option.zh,
            choices=[SelectChoice(key, words[1]) for key, words in _option.choices.items()],
            default=next(iter(_option.choices)),
        ),
    )


class MoveForm(Form):
    """A move of the election. `state` is the state that was on the screen."""

    state = HiddenField()
    reason = TextAreaField(
        _("原因"),
        [_length(REASON_LENGTH)],
        description=_("会写进公开的日志，请不要写个人信息。"),
        render_kw={"rows": 3},
    )
    closes = TimeField(_("新的结束时间"), [Optional()])
    people = IntegerField(
        _("现在排队的人数"),
        [Optional(), NumberRange(min=0, message=_("不能少于 0。"))],
        description=_("只有这些人还能领卡投票，之后来的不再接待。"),
    )
    spares = IntegerField(
        _("备用卡"),
        [Optional(), NumberRange(min=0, message=_("不能少于 0。"))],
        description=_("用来更换破损的卡；最多 5 张或名单的 2%，取多者。"),
    )

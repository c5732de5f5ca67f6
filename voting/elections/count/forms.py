"""Forms of the count's page. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange

from voting.addresses import MOST
from voting.elections.texts import REASON_LENGTH
from voting.forms import Form


class StepForm(Form):
    """A step that needs nothing but the state that was on the screen."""

    state = HiddenField()


class FloorForm(StepForm):
    """The committee's decision to open a tally of few ballots."""

    reason = TextAreaField(
        _("选举委员会的决定和理由"),
        [DataRequired(message=_("请填写这一项。")), Length(max=REASON_LENGTH, message=_("最多 %(max)d 个字。"))],
        description=_("会写进公开的日志和选票档案，请不要写个人信息。"),
        render_kw={"rows": 3},
    )


class MissingForm(StepForm):
    """The committee's decision to count although cards of the pile were not found."""

    missing = IntegerField(
        _("缺少的卡（张）"),
        [DataRequired(message=_("请填写这一项。")), NumberRange(min=1, message=_("不能小于 1。"))],
    )
    reason = TextAreaField(
        _("选举委员会的决定和理由"),
        [DataRequired(message=_("请填写这一项。")), Length(max=REASON_LENGTH, message=_("最多 %(max)d 个字。"))],
        description=_("会写进公开的日志，请不要写个人信息。"),
        render_kw={"rows": 3},
    )


class CertifyForm(StepForm):
    """The committee signs. The passphrases are used for this one request and kept nowhere."""

    number = StringField(
        _("报告单编号（可不填）"),
        [Length(max=40, message=_("最多 %(max)d 个字。"))],
        description=_("例如“枫选字〔2026〕第 16 号”，印在报告单上。"),
        render_kw={"autocomplete": "off"},
    )
    verify_url = StringField(
        _("印在报告单上的网址（可不填）"),
        [Length(max=MOST, message=_("最多 %(max)d 个字。"))],
        description=_("二维码打开这个网址，任何人都可以在那里核对。请填居民能打开的网址；留空就不印网址。"),
        render_kw={"autocomplete": "off", "inputmode": "url"},
    )
    passphrase = PasswordField(
        _("选举委员会的口令"),
        [DataRequired(message=_("请输入口令。"))],
        description=_("由选举委员会当场输入。只在这一次签字时使用，哪里也不保存。"),
        render_kw={"autocomplete": "off"},
    )
    p12 = PasswordField(
        _("证书文件的口令（与上面不同才填）"),
        description=_("换用上级发的签名证书（.p12）时才需要。"),
        render_kw={"autocomplete": "off"},
    )

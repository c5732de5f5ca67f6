"""Forms of the people's pages. What they refuse, the actions refuse again."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext
from wtforms import DateField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from voting.forms import Form

_REQUIRED = DataRequired(message=_("请填写这一项。"))
_SHORT = Length(max=40, message=_("最多 40 个字。"))


class SignInForm(Form):
    """Sign-in name and password."""

    login = StringField(_("登录名"), [_REQUIRED, _SHORT], render_kw={"autocomplete": "username", "autofocus": True})
    password = PasswordField(_("口令"), [_REQUIRED, Length(max=128)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(Form):
    """One's own new password."""

    old = PasswordField(_("原口令"), [_REQUIRED], render_kw={"autocomplete": "current-password"})
    new = PasswordField(
        _("新口令"),
        [_REQUIRED, Length(min=10, max=128, message=_("口令要有 10 到 128 个字符。"))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _("再输一次新口令"),
        [_REQUIRED, EqualTo("new", message=_("两次输入的新口令不一样。"))],
        render_kw={"autocomplete": "new-password"},
    )


class UnitForm(Form):
    """A new unit under the one shown."""

    kind = SelectField(_("种类"), [_REQUIRED])
    name = StringField(_("名称"), [_REQUIRED, _SHORT])


class AccountForm(Form):
    """A new account looked after by the unit shown."""

    login = StringField(_("登录名"), [_REQUIRED, _SHORT], description=_("小写字母、数字、点、横线，字母开头"))
    display_name = StringField(_("姓名"), [_REQUIRED, _SHORT])


class AppointmentForm(Form):
    """An appointment over the unit shown."""

    login = StringField(_("登录名"), [_REQUIRED, _SHORT])
    role = SelectField(pgettext("staff", "职务"), [DataRequired(message=_("请选择职务。"))])
    department = SelectField(_("部门"), [Optional()], description=_("只有资格审查员要选"))
    from_day = DateField(_("任期第一天"), [DataRequired(message=_("请填写日期。"))])
    until_day = DateField(_("任期最后一天"), [Optional()], description=_("不填则到免去为止"))

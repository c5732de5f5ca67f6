"""The forms of the papers: what only they ask for, and what makes the archive pack."""

from flask_babel import lazy_gettext as _
from wtforms import PasswordField
from wtforms.validators import DataRequired

from voting.forms import Form


class PackForm(Form):
    """The committee signs the list of everything in the pack."""

    passphrase = PasswordField(
        _("选举委员会的口令"),
        [DataRequired(message=_("请输入口令。"))],
        description=_("由选举委员会当场输入。只在这一次签字时使用，哪里也不保存。"),
        render_kw={"autocomplete": "off"},
    )


class FactsForm(Form):
    """The token alone: the fields are those of ``rules.ASKED`` and of every candidate, and checked there."""

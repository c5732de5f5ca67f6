"""Forms of the joint review's pages. What they refuse, the actions refuse again."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from voting.elections.committee.rules import RELATIONS
from voting.elections.review.presets import presets
from voting.elections.review.rules import HEARINGS, Criterion
from voting.forms import Form
from voting.i18n import in_language

_DAY = DataRequired(message=_("请填写日期。"))


class CriteriaForm(Form):
    """The committee's local criteria, one item to a line."""

    preset = SelectField(_("从公开的清单开始"), validate_choice=False)
    items = TextAreaField(
        _("本地条件"),
        [Length(max=20_000)],
        description=_("一行一条：种类（必备、不能、不宜）｜回溯年数（0 表示不限）｜内容。法定的四条始终适用，不用填。"),
        render_kw={"rows": 12},
    )

    def offer(self) -> "CriteriaForm":
        """With the published lists."""
        lists = [(key, in_language((one.zh, one.en))) for key, one in presets().items()]
        self.preset.choices = [("", "—"), *lists]
        return self


class DueForm(Form):
    """Until which day answers are in time."""

    due = DateField(_("答复期限"), [_DAY])


class WaiveForm(Form):
    """The decision to hold no joint review."""

    why = StringField(
        _("不举行联审的决定"), [Length(max=500)], description=_("写选举委员会的决定和理由，不要写个人情况。")
    )


class AnswerForm(Form):
    """A finding of a department, with its clause and evidence."""

    verdict = SelectField(_("答复"))
    clause = SelectField(_("依据的条款"))
    event = DateField(
        _("处理决定或刑满的日期"),
        [Optional()],
        description=_("所依据的条款有年限的才填，系统按选举日核算是否已满年限。"),
    )
    words = TextAreaField(_("说明"), [Length(max=1000)], render_kw={"rows": 3})
    evidence = FileField(_("证据"), description=_("PDF、JPEG 或 PNG，最多 5 MB；加密保存，每次查看都记入日志。"))

    def offer(self, criteria: Iterable[Criterion]) -> "AnswerForm":
        """With the clauses a finding may rest on."""
        self.verdict.choices = [("problem", _("有问题")), ("verify", _("需核实")), ("clear", _("无问题"))]
        self.clause.choices = [("", "—"), *((one.code, _clause(one)) for one in criteria)]
        return self


def _clause(one: Criterion) -> str:
    words = in_language((one.zh, one.en))
    return _("%(clause)s（%(years)s 年以内）", clause=words, years=one.years) if one.years else words


class HearingForm(Form):
    """The candidate was heard, or appealed."""

    kind = SelectField(_("告知、陈述或申诉"))
    held_on = DateField(_("日期"), [_DAY])
    words = TextAreaField(_("内容"), [Length(max=2000)], render_kw={"rows": 3})

    def offer(self) -> "HearingForm":
        """With the kinds in the reader's language."""
        self.kind.choices = [(code, in_language(words)) for code, words in HEARINGS.items()]
        return self


class TieForm(Form):
    """A reviewer who is, or is kin of, somebody on the roll."""

    login = StringField(_("审查员的登录名"), [Length(max=40)])
    person = StringField(_("选民编号"), [Length(max=9)], render_kw={"inputmode": "numeric", "size": "8"})
    relation = SelectField(_("关系"))

    def offer(self) -> "TieForm":
        """With the relations in the reader's language."""
        relations = [(code, in_language(words)) for code, words in RELATIONS.items()]
        self.relation.choices = [("self", in_language(("本人", "the person"))), *relations]
        return self

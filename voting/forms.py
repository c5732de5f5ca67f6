"""What every form of the pages has in common: where it takes its fields from."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from voting.errors import Refused
from voting.i18n import sentence
from voting.request import acting, wants_json


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form filled from what a browser's form sends, and from nothing else.

    Flask-WTF would take a JSON body for the fields too. That holds numbers, lists and nothing at all where the
    fields and their validators count on text.
    """

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        """How the fields are bound."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, Any] | None:
            """The sent fields and files; what the caller gave instead (None for an empty form) stays."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            sent = form.is_submitted() and (request.form or request.files)
            return CombinedMultiDict([request.files, request.form]) if sent else None


def say_at(form: FlaskForm, refusal: Refused, fields: Mapping[str, str]) -> None:
    """Put `refusal` at the field it is about (``fields``: code → name of the field), else over the form."""
    name = fields.get(refusal.code)
    if name in form:
        form[name].errors = [*form[name].errors, sentence(refusal)]
    else:
        form.form_errors.append(sentence(refusal))


def carried_out(form: FlaskForm, deed: Callable[[Session], object], fields: Mapping[str, str] | None = None) -> bool:
    """Whether what the form asks was done, in one transaction.

    False when the form is not valid or `deed` was refused; why then stands in the form, at the field it is about
    (`fields`, as in `say_at`). A program that asked in JSON gets the refusal itself.

    Raises:
        Refused: `deed` was refused and the answer is wanted as JSON.
    """
    if not form.validate_on_submit():
        return False
    try:
        with acting() as writer:
            deed(writer)
    except Refused as refusal:
        if wants_json():
            raise
        say_at(form, refusal, fields or {})
        return False
    return True

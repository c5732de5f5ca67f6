"""What every form of the pages has in common: where it takes its fields from."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from voting.errors import Refused
from voting.i18n import sentence


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

"""What every form of the pages has in common: where it takes its fields from."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict


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

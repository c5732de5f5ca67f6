"""An application over an empty folder, and its database; a test makes the box it needs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from box_build import NOW
from flask import Flask
from sqlalchemy import Engine

from voting import config, keys
from voting.app import create_app
from voting.database import Base


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    settings = config.for_folder(tmp_path)
    keys.make_keys(settings)
    app = create_app(settings, clock=lambda: NOW)
    yield app
    app.extensions["voting"].engine.dispose()


@pytest.fixture
def engine(app: Flask) -> Engine:
    engine: Engine = app.extensions["voting"].engine
    Base.metadata.create_all(engine)
    return engine

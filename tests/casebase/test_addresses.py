"""No spelling of a database URL shows its password, in no message and no log."""

import logging

import pytest
from sqlalchemy.engine import make_url

from casebase.addresses import redact
from casebase.engine import open_casebase
from casebase.errors import CasebaseError
from casebase.settings import Settings

SPELLINGS = [
    "postgresql://clerk:s3cret-word@127.0.0.1:1/petitions",
    "postgresql://clerk:half@s3cret-word@127.0.0.1:1/petitions",
    "postgresql://clerk:s3cret-word@half@127.0.0.1:1/petitions",
    "postgresql://clerk:half/s3cret-word@127.0.0.1:1/petitions",
    "postgresql://clerk:half?s3cret-word@127.0.0.1:1/petitions",
    "postgresql://clerk:half#s3cret-word@127.0.0.1:1/petitions",
    "postgresql://clerk:half:s3cret-word@127.0.0.1:1/petitions",
    "postgresql://:s3cret-word@127.0.0.1:1/petitions",
    "postgresql://127.0.0.1:1/petitions?user=clerk&password=s3cret-word",
    "postgresql://127.0.0.1:1/petitions?user=clerk&PassWord=s3cret-word",
    "postgresql://127.0.0.1:1/petitions?pass%77ord=s3cret-word",
    "postgresql://127.0.0.1:1/petitions?password=half&s3cret-word",
    "postgresql://127.0.0.1:1/petitions?sslpassword=s3cret-word&sslmode=require",
    "postgresql://127.0.0.1:1/petitions?passfile=/home/s3cret-word",
    "postgresql://127.0.0.1:1/petitions?options=-c x.password=s3cret-word",
    "postgresql://clerk:s3cret-word@127.0.0.1:no/petitions",
    "postgresql:host=127.0.0.1 password=s3cret-word",
    "host=127.0.0.1 port=1 password = 'half s3cret-word' dbname=petitions",
    "mysql://clerk:s3cret-word@127.0.0.1/petitions",
    "oracle2://clerk:s3cret-word@127.0.0.1/petitions",
    "duckdb:///md:petitions?motherduck_token=s3cret-word",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_password_is_not_shown(url: str, caplog: pytest.LogCaptureFixture) -> None:
    assert "s3cret" not in redact(url)
    assert "half" not in redact(url)
    with caplog.at_level(logging.DEBUG), pytest.raises(CasebaseError) as caught:
        open_casebase(Settings(), url, create=False)
    assert "s3cret" not in str(caught.value)
    assert "half" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "duckdb:////srv/data/petitions.duckdb",
        "postgresql://clerk@db.example:5432/petitions?sslmode=require",
        "postgresql:///petitions?host=/run/postgresql",
    ],
)
def test_the_rest_stays_readable(url: str) -> None:
    assert redact(url) == url
    assert redact(make_url(url)).split("?")[0] == url.split("?")[0]


def test_user_and_host_stay() -> None:
    assert redact("postgresql://clerk:s3cret@db/petitions") == "postgresql://clerk:***@db/petitions"

"""The key of a petitioner: the same for the same person in every load, and of no use outside this case database."""

import hashlib
import secrets

from sqlalchemy import Connection, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from casebase.engine import write_info
from casebase.schema import info, petition
from casebase.scope import PERSON_SECRET

_LENGTH = 32


def person_secret(connection: Connection) -> str:
    """The secret that salts the keys of this case database, made where there is none; no page or command shows it."""
    kept = connection.scalar(select(info.c.value).where(info.c.key == PERSON_SECRET))
    if kept is None:
        kept = secrets.token_hex(32)
        write_info(connection, **{PERSON_SECRET: kept})
    return kept


def key_of(person: str, source: str, secret: str) -> str:
    """The key of a person (identifying columns as one text) of a source, 32 hexadecimal digits.

    Hashed by the source first, then with the secret: keys of older databases, which had the first step alone, take
    the second when they are upgraded (`salt_keys`).
    """
    by_source = hashlib.blake2b(person.encode(), key=source.encode()[:64], digest_size=16).hexdigest()
    return hashlib.sha256((secret + by_source).encode()).hexdigest()[:_LENGTH]


def salt_keys(connection: Connection) -> None:
    """Give the keys of a case database that were hashed by their source alone its new secret."""
    known = petition.c.petitioner_key.is_not(None)
    if connection.scalar(select(petition.c.petitioner_key).where(known).limit(1)) is None:
        return
    salted = func.substr(_sha256(connection, person_secret(connection) + petition.c.petitioner_key), 1, _LENGTH)
    connection.execute(update(petition).values(petitioner_key=salted).where(known))


def _sha256(connection: Connection, text: ColumnElement[str]) -> ColumnElement[str]:
    """The SHA-256 of a text in hexadecimal digits."""
    if connection.dialect.name == "duckdb":
        return func.sha256(text)
    return func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")

"""config.toml, read and checked once."""

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from ipaddress import ip_network
from itertools import combinations
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from casebase.addresses import redact
from casebase.errors import UsageError
from casebase.toml_lines import line_of
from casebase.toml_words import not_toml, reason_of

ROOT = Path(__file__).resolve().parent.parent
# Cases are of these years; the calendar may reach one further, for the limits of the last.
FIRST_YEAR, LAST_YEAR = 1990, 2099


# Where the demonstration city is, while no setting names another database.
DEMONSTRATION_URL = "duckdb:///data/petitions.duckdb"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _a_number_for_a_number(cls, value: object, info: ValidationInfo) -> object:
        """Python takes true for 1, and TOML knows a nan: `handle_days = true` is no number of days."""
        asks_number = cls.model_fields[info.field_name or ""].annotation in (int, float)
        if asks_number and (isinstance(value, bool) or (isinstance(value, float) and not isfinite(value))):
            raise ValueError(f"{str(value).lower()} is no number; write digits alone, as 30")
        return value


class DatabaseSettings(_Section):
    """Where the cases are, and how long (s) a reader waits for an answer, a lock, a free connection (0: for ever)."""

    url: str = DEMONSTRATION_URL
    statement_timeout: float = Field(30.0, ge=0, le=86_400)
    lock_timeout: float = Field(3.0, ge=0, le=86_400)
    connections: int = Field(15, ge=3, le=500)
    connection_timeout: float = Field(3.0, gt=0, le=600)

    @field_validator("url")
    @classmethod
    def _without_password(cls, url: str) -> str:
        if redact(url) != url:
            raise ValueError("a password is never written here; set COCKPIT_DATABASE_URL to the whole URL instead")
        return url


@cache
def _time_zones() -> frozenset[str]:
    """Their names, for which every file of the system's time zones is opened: once a process."""
    return frozenset(available_timezones())


class CitySettings(_Section):
    name: str = "郑州市"
    bureau: str = "郑州市信访局"
    timezone: str = "Asia/Shanghai"

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in _time_zones():
            raise ValueError(f"{name} is no time zone; write it as Asia/Shanghai")
        return name


class CalendarSettings(_Section):
    kind: Literal["china", "weekdays"] = "china"
    first_year: int = Field(2010, ge=FIRST_YEAR, le=LAST_YEAR + 1)
    last_year: int = Field(2030, ge=FIRST_YEAR, le=LAST_YEAR + 1)
    rest_days: tuple[date, ...] = ()
    work_days: tuple[date, ...] = ()
    file: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError("last_year is before first_year")
        return self


class DeadlineSettings(_Section):
    simple_from: Literal["registered", "forwarded", "accepted"] = "registered"
    simple_working_days: int = Field(5, ge=1, le=60)
    forward_days: int = Field(15, ge=1, le=365)
    accept_days: int = Field(15, ge=1, le=365)
    accept_from: Literal["received", "registered"] = "received"
    objection_working_days: int = Field(5, ge=1, le=60)
    handle_days: int = Field(60, ge=1, le=365)
    review_days: int = Field(30, ge=1, le=365)
    roll_over_rest_days: bool = False
    evaluation_days: int = Field(30, ge=1, le=365)
    observation_days: int = Field(90, ge=1, le=730)


class HotlineSettings(_Section):
    """Orders of 12345, which have none of the petition clocks: working days from registration to the answer."""

    answer_working_days: int = Field(5, ge=1, le=60)


def _percentage_or_none(value: object) -> object:
    """TOML has no word for none: `unit_satisfaction = false` takes a target away."""
    if value is True:
        raise ValueError("a target is a percentage, or false for none")
    return None if value is False else value


Target = Annotated[float | None, Field(ge=0, le=100), BeforeValidator(_percentage_or_none)]


# Keys of [lights] that earlier releases wrote into every config.toml; targets have taken their place.
_RETIRED_LIGHTS = frozenset({"red", "green", "notice", "alarm"})


class LightSettings(_Section):
    """How far a rate may miss its target, and how few cases are a small sample. Retired keys are passed over."""

    shortfall: float = Field(5.0, ge=0, le=100)
    small_sample: int = Field(30, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _without_retired(cls, raw: Any) -> Any:
        known = isinstance(raw, dict)
        return {name: value for name, value in raw.items() if name not in _RETIRED_LIGHTS} if known else raw


class FreshnessSettings(_Section):
    amber: int = Field(30, ge=1)
    red: int = Field(120, ge=1)
    poll: float = Field(2.0, ge=0.5, le=60)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.amber > self.red:
            raise ValueError("amber comes after red")
        return self


class CacheSettings(_Section):
    """How many MiB of answers, cards, charts and maps are kept for all readers together."""

    megabytes: int = Field(256, ge=16, le=65_536)


class ScreenSettings(_Section):
    """The big screen: seconds a scene stays, seconds that a touch stops the rotation, and two sets of scenes by id."""

    interval: int = Field(20, ge=5, le=600)
    pause: int = Field(180, ge=5, le=3600)
    order: tuple[str, ...] = Field(("overview", "backlog", "five_day", "grid", "hearings", "hot"), min_length=1)
    meeting: tuple[str, ...] = Field(("duty", "districts", "supervision", "satisfaction", "hotline"), min_length=1)


class BriefingSettings(_Section):
    """Documents for a meeting: a folder with the bureau's own templates ("" is none)."""

    templates: str = ""


RoleName = Literal["screen", "leader", "staff", "administrator"]


class RoleSettings(_Section):
    """Which values of the claim (or header) of roles give each role."""

    screen: tuple[str, ...] = ()
    leader: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    administrator: tuple[str, ...] = ()


def _network(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        raise ValueError(f"{text} is no address; write it as 10.0.0.5 or 10.0.0.0/24") from None
    return text


class AccessSettings(_Section):
    """Who is let in, by whose word and for how long; where that is logged, and for how many months."""

    sign_in: Literal["none", "oidc", "proxy"] = "none"
    contact: str = ""
    roles: RoleSettings = RoleSettings()
    role_claim: str = "roles"
    name_claim: str = "name"
    area_claim: str = "areas"
    unit_claim: str = "units"
    reveal: tuple[RoleName, ...] = ("leader", "staff")
    wrongdoing: tuple[RoleName, ...] = ("leader", "administrator")
    idle_minutes: float = Field(30.0, gt=0, le=1440)
    session_hours: float = Field(10.0, gt=0, le=168)
    sessions: str = "data/access/sessions.json"
    screen_days: int = Field(180, ge=1, le=400)
    proxy_addresses: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    user_header: str = Field("X-Forwarded-User", min_length=1)
    name_header: str = "X-Forwarded-Preferred-Username"
    role_header: str = Field("X-Forwarded-Groups", min_length=1)
    area_header: str = "X-Forwarded-Areas"
    unit_header: str = "X-Forwarded-Units"
    proxy_sign_out: str = ""
    log: str = Field("data/access", min_length=1)
    keep_months: int = Field(12, ge=6, le=1200)

    @field_validator("role_claim", "name_claim", "area_claim", "unit_claim")
    @classmethod
    def _named(cls, claim: str) -> str:
        if not claim.strip():
            raise ValueError("a claim without a name says nothing; write the name that the provider gives it")
        return claim

    @model_validator(mode="after")
    def _tells_apart(self) -> Self:
        claims = {key: getattr(self, key) for key in ("role_claim", "name_claim", "area_claim", "unit_claim")}
        headers = ("user_header", "name_header", "role_header", "area_header", "unit_header")
        for named in (claims, {key: getattr(self, key).lower() for key in headers}):
            for one, other in combinations(named, 2):
                if named[one] and named[one] == named[other]:
                    raise ValueError(f"{one} and {other} have the same name; each needs one of its own")
        return self

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Self:
        if self.sign_in != "none" and not any(dict(self.roles).values()):
            raise ValueError("with sign-in on, [access.roles] must say which values give which role")
        if self.sign_in == "proxy" and not self.proxy_addresses:
            raise ValueError('sign_in = "proxy" needs proxy_addresses, from which alone its headers are believed')
        return self


class DemoSettings(_Section):
    cases: int = Field(300_000, ge=100, le=50_000_000)
    seed: int = Field(20250522, ge=0)
    live: bool = True
    speed: float = Field(1.0, gt=0, le=100_000)


class Settings(_Section):
    database: DatabaseSettings = DatabaseSettings()
    city: CitySettings = CitySettings()
    calendar: CalendarSettings = CalendarSettings()
    deadlines: DeadlineSettings = DeadlineSettings()
    hotline: HotlineSettings = HotlineSettings()
    targets: Mapping[str, Target] = Field(default_factory=dict)
    """Targets in percent by the id of a metric, instead of its own; None takes it away."""
    lights: LightSettings = LightSettings()
    freshness: FreshnessSettings = FreshnessSettings()
    cache: CacheSettings = CacheSettings()
    screen: ScreenSettings = ScreenSettings()
    briefings: BriefingSettings = BriefingSettings()
    access: AccessSettings = AccessSettings()
    demo: DemoSettings = DemoSettings()


class SettingError(ValueError):
    """A setting is not as it must be. `key` is its way in the file: ("targets", "unit_satisfaction")."""

    def __init__(self, key: Sequence[str], reason: str) -> None:
        super().__init__(f"{'.'.join(key)}: {reason}")
        self.key = key


# Names of what nobody else may know.
_SECRET = re.compile(r"secret|passw|token|credential|(api|private|signing)_?key", re.IGNORECASE)
_NO_SECRET = "a secret is never written here; put it into .streamlit/secrets.toml or the environment (docs/access.md)"

Check = Callable[[Settings], None]
"""What a room that knows metrics or scenes by name demands of the settings. Raises SettingError."""


def read_settings(path: Path | None = None, *, checks: Iterable[Check] = ()) -> Settings:
    """Read config.toml (or the file COCKPIT_CONFIG names). COCKPIT_DATABASE_URL overrides the URL.

    Raises UsageError with the line of the first wrong key or value, be it found here or by one of the checks.
    """
    path = path or Path(os.environ.get("COCKPIT_CONFIG", ROOT / "config.toml"))
    try:
        if not path.is_file():
            raise UsageError(f"{path}: there is no such file; set COCKPIT_CONFIG to an existing one")
        # Editors of Windows write a byte order mark, which is no part of the text.
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); set COCKPIT_CONFIG to an existing file") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}, {not_toml(text, error)}") from None
    try:
        settings = _validated(raw)
        for check in checks:
            check(settings)
    except SettingError as error:
        raise UsageError(f"{path}, line {line_of(text, error.key) or 1}: {error}") from None
    url = os.environ.get("COCKPIT_DATABASE_URL")
    if url:
        settings = settings.model_copy(update={"database": settings.database.model_copy(update={"url": url})})
    return settings


def _validated(raw: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        found = error
    first = found.errors()[0]
    key = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden" and _SECRET.search(key[-1]):
        raise SettingError(
            key,
            "a secret is never written here; put it into .streamlit/secrets.toml or the environment (docs/access.md)",
        )
    raise SettingError(key, reason_of(found, Settings))

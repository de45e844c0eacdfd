"""Every setting there is, with its name, its default and what it must look like."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from skygge.errors import StartRefused

DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Lifetimes:
    """How long a sign-in is good after its last contact: of a person in a browser, and of a device that she carries."""

    person: timedelta
    device: timedelta


class Settings(BaseSettings):
    """Read from the environment (`SKYGGE_*`) and from `skygge.toml`; the environment wins."""

    model_config = SettingsConfigDict(
        env_prefix="SKYGGE_", env_ignore_empty=True, toml_file="skygge.toml", frozen=True, hide_input_in_errors=True
    )

    data: Path = Field(default=Path("data"), description="The folder for everything that is written.")
    database_url: str = Field(
        default="",
        description="Another database than the file `skygge.db` in that folder, for example "
        "`postgresql://skygge:…@localhost/skygge`.",
    )
    origin: str = Field(
        default="",
        description="The address that people type, `http://127.0.0.1:<port>` without it. Set it as soon as it is "
        "another one: links are made from it, and requests from other origins are refused.",
    )
    host: str = Field(default="127.0.0.1", description="The address on which the server listens.")
    port: int = Field(default=8321, ge=1, le=65535, description="The port on which it does.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes; more than one only with PostgreSQL.")
    security_contact: str = Field(
        default="",
        description="Whom to tell of a hole in this server, as `mailto:`, `https://` or `tel:`; stands in "
        "`/.well-known/security.txt` (RFC 9116), which is absent without it.",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=168,
        description="How long somebody stays signed in after the last contact, in a browser.",
    )
    device_days: int = Field(
        default=60,
        ge=1,
        le=366,
        description="The same on a phone. Nothing on it is lost or locked when that has run out.",
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        description="With it `/metrics` tells Prometheus, which sends it as `Authorization: Bearer`, how often each "
        "kind of address is asked and how long answers take: never whose, and nothing of any study. Absent without it.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        scheme = value.partition("://")[0]
        if value and scheme not in DATABASE_SCHEMES:
            raise ValueError("it must begin with sqlite:/// or postgresql://")
        if scheme == "sqlite" and not value.removeprefix("sqlite:///"):
            raise ValueError("it must name a file after sqlite:///")
        return value

    @field_validator("origin")
    @classmethod
    def _check_origin(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("it must look like https://skygge.example.org, without a path")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("it must begin with https:// unless it names this machine itself")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    @field_validator("metrics_token")
    @classmethod
    def _check_metrics_token(cls, value: str) -> str:
        if value and (len(value) < 20 or not value.isascii() or not value.isprintable() or " " in value):
            raise ValueError("it must be at least 20 letters, digits and signs without a space")
        return value

    @field_validator("security_contact")
    @classmethod
    def _check_security_contact(cls, value: str) -> str:
        if value and (not value.startswith(("mailto:", "https://", "tel:")) or not value.isprintable() or " " in value):
            raise ValueError("it must begin with mailto:, https:// or tel:")
        return value

    @property
    def url_of_database(self) -> str:
        """The database's address; the SQLite file in the data folder unless one is set."""
        return self.database_url or f"sqlite:///{self.data / 'skygge.db'}"

    @property
    def sqlite_file(self) -> Path:
        """The SQLite database's file; only meaningful when `uses_sqlite`."""
        return Path(self.url_of_database.removeprefix("sqlite:///"))

    @property
    def url_of_origin(self) -> str:
        """The address people type, without a slash at the end; all links are made from it."""
        return self.origin or f"http://127.0.0.1:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people reach this server over https, so that cookies may be `Secure`."""
        return self.url_of_origin.startswith("https://")

    @property
    def lifetimes(self) -> Lifetimes:
        """How long a sign-in is good after each contact."""
        return Lifetimes(timedelta(hours=self.session_hours), timedelta(days=self.device_days))

    @property
    def uses_sqlite(self) -> bool:
        return self.url_of_database.startswith("sqlite")

    @property
    def origins(self) -> frozenset[str]:
        """Every origin a browser may name: on loopback all three names of this machine."""
        parts = urlsplit(self.url_of_origin)
        if parts.hostname is None or not is_loopback(parts.hostname):
            return frozenset({self.url_of_origin})
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{parts.scheme}://{host}{port}" for host in ("127.0.0.1", "localhost", "[::1]"))


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, the given ones first.

    Raises StartRefused with one sentence that names the wrong setting, never its value (it may hold a password).
    """
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise StartRefused(_say_wrong(str(first["loc"][0]), first["type"], first["msg"])) from None
    except tomllib.TOMLDecodeError as error:
        raise StartRefused(f"The file skygge.toml cannot be read: {error}.") from None


def _say_wrong(field: str, kind: str, message: str) -> str:
    name = f"SKYGGE_{field.upper()}"
    if kind == "extra_forbidden":
        return f"There is no setting {name}."
    if kind == "value_error":
        return f"The setting {name} is wrong: {message.removeprefix('Value error, ')}."
    shape = Settings.model_json_schema()["properties"][field]
    if "minimum" in shape:
        return f"{name} must be a whole number from {shape['minimum']} to {shape['maximum']}."
    return f"{name} must be a text."

"""The operator's settings: environment variables that begin with PENTIMENTO_, each told in docs/operators."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-do-not-use-in-production"  # noqa: S105 - refused outside development


class Settings(BaseSettings):
    """Every field's description becomes a line of the operators' table."""

    model_config = SettingsConfigDict(env_prefix="PENTIMENTO_", extra="ignore", frozen=True)

    environment: Literal["development", "production"] = Field(
        "development", description="'production' refuses default secrets and writes logs as JSON."
    )
    data_folder: Path = Field(
        Path("pentimento-data"),
        description="Where the embedded database, pictures and mails lie, when no other place is set.",
    )
    database_url: str = Field(
        "",
        description="postgresql://user:password@host/name. Empty: an embedded PostgreSQL in the data folder.",
    )
    storage_url: str = Field(
        "",
        description="file:///folder or s3://bucket?endpoint_url=…&region=…. Empty: a folder in the data folder.",
    )
    smtp_url: str = Field(
        "",
        description="smtp://user:password@host:587 (STARTTLS) or smtps://…. Empty: mails go into a folder.",
    )
    mail_from: str = Field("Pentimento <no-reply@localhost>", description="The sender of mails.")
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET),
        description="Signs tokens and cursors; at least 32 characters, kept secret.",
    )
    public_url: str = Field(
        "", description="Where clients reach this server. Empty: the address that it listens on."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, description="The port to listen on.")
    processes: int = Field(1, ge=1, description="API processes on this machine.")
    database_pool: int = Field(
        10,
        ge=1,
        description="Database connections of each process for transactions, and as many again, at most, for "
        "statements that stand alone.",
    )
    cors_origins: list[str] = Field([], description="Origins of web clients that may call, as a JSON list.")
    trusted_proxies: list[str] = Field(
        [], description="Addresses of load balancers whose X-Forwarded-For is believed, as a JSON list."
    )
    redis_url: str = Field("", description="redis://… for rate limits across processes. Empty: in memory.")
    max_body_bytes: int = Field(32 * 1024 * 1024, description="The largest request body.")
    neutral_registration: bool = Field(
        default=False, description="Registration and check-user never tell whether an address has an account."
    )
    oauth_redirects: list[str] = Field([], description="Redirect addresses of web clients, as a JSON list.")
    google_client_id: str = Field("", description="OAuth with Google: client id.")
    google_client_secret: SecretStr = Field(SecretStr(""), description="OAuth with Google: client secret.")
    github_client_id: str = Field("", description="OAuth with GitHub: client id.")
    github_client_secret: SecretStr = Field(SecretStr(""), description="OAuth with GitHub: client secret.")
    discord_client_id: str = Field("", description="OAuth with Discord: client id.")
    discord_client_secret: SecretStr = Field(SecretStr(""), description="OAuth with Discord: client secret.")
    google_url: str = Field("https://accounts.google.com", description="Google's OpenID Connect issuer.")
    github_url: str = Field("https://github.com", description="GitHub's address for OAuth.")
    github_api_url: str = Field("https://api.github.com", description="GitHub's API.")
    discord_url: str = Field("https://discord.com", description="Discord's address for OAuth and its API.")
    billing_provider: Literal["stripe", "lemon_squeezy"] = Field(
        "lemon_squeezy", description="The provider where a client names none."
    )
    stripe_api_key: SecretStr = Field(SecretStr(""), description="Stripe's secret key.")
    stripe_webhook_secret: SecretStr = Field(SecretStr(""), description="Signs Stripe's webhooks.")
    stripe_url: str = Field("https://api.stripe.com", description="Stripe's API.")
    lemon_squeezy_api_key: SecretStr = Field(SecretStr(""), description="Lemon Squeezy's API key.")
    lemon_squeezy_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signs Lemon Squeezy's webhooks."
    )
    lemon_squeezy_store_id: str = Field("", description="The Lemon Squeezy store.")
    lemon_squeezy_url: str = Field("https://api.lemonsqueezy.com", description="Lemon Squeezy's API.")
    product_ids: dict[str, str] = Field(
        {},
        description="Which provider's price or variant sells what, as JSON: "
        '{"stripe:pro:monthly": "price_…", "lemon_squeezy:package:500": "12345"}.',
    )
    moderation: Literal["new_authors", "off"] = Field(
        "new_authors",
        description="'new_authors': what somebody publishes waits for a moderator until one picture of theirs was "
        "approved. 'off': everything is public at once; it can be reported either way.",
    )
    default_model: str = Field("starter", description="The model of jobs that name none.")
    workers: int = Field(
        1,
        ge=0,
        description="Workers that `serve` starts beside the API on this machine. 0 where they run elsewhere.",
    )
    models: list[Path] = Field(
        [],
        description="Models of those workers, folders or files, as a JSON list. Empty: the starter model.",
    )
    fal_key: SecretStr = Field(
        SecretStr(""),
        description="fal.ai's key: with it `serve` starts a worker that hands jobs of its models on.",
    )
    fal_url: str = Field("https://queue.fal.run", description="fal.ai's queue.")
    fal_keys_url: str = Field(
        "https://rest.fal.ai/.well-known/jwks.json", description="The keys that sign fal.ai's webhooks."
    )
    language_model_url: str = Field(
        "",
        description="An OpenAI-compatible endpoint that improves and translates prompts, with its /v1. Empty: "
        "prompts are improved by templates, and not translated.",
    )
    language_model_key: SecretStr = Field(
        SecretStr(""), description="The key of that endpoint, where it has one."
    )
    language_model_name: str = Field("gpt-4o-mini", description="The model that is asked for there.")
    worker_silence: float = Field(
        30.0,
        ge=1,
        description="Seconds without a word after which a job's worker counts as lost, and another takes the job.",
    )
    request_seconds: float = Field(
        120.0,
        ge=1,
        description="The longest that a request may run: after it, one whose process was lost is taken up by a "
        "repetition with the same Idempotency-Key.",
    )
    otlp_url: str = Field("", description="Where OpenTelemetry traces go (OTLP over HTTP). Empty: none.")
    metrics: bool = Field(default=False, description="Serve Prometheus metrics at /metrics.")

    @model_validator(mode="before")
    @classmethod
    def _public_where_it_listens(cls, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("public_url"):
            return given
        host = given.get("host") or cls.model_fields["host"].default
        port = given.get("port") or cls.model_fields["port"].default
        everywhere = host in {"0.0.0.0", "::"}  # noqa: S104 - compared, not listened on
        return {**given, "public_url": f"http://{'127.0.0.1' if everywhere else host}:{port}"}

    @model_validator(mode="after")
    def _no_default_secret_outside_development(self) -> "Settings":
        secret = self.secret_key.get_secret_value()
        if self.environment == "production" and (secret == DEVELOPMENT_SECRET or len(secret) < 32):
            raise ValueError(
                "PENTIMENTO_SECRET_KEY must be set to at least 32 characters of your own in production; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
        return self


def settings_table() -> str:
    """Every setting as a Markdown table, for docs/operators/settings.md."""
    lines = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            shown = "(for development only)" if default.get_secret_value() else ""
        else:
            shown = "" if default in ("", [], {}) else f"`{default}`"
        told = (field.description or "").replace("|", "\\|")
        lines.append(f"| `PENTIMENTO_{name.upper()}` | {shown} | {told} |")
    return "\n".join(lines)

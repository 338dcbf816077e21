"""The operator's settings: documented as they are, and never insecure by mistake."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from sync_server.app.settings import Settings, settings_table

DOCUMENT = Path(__file__).parents[3] / "docs" / "operators" / "settings.md"


def test_the_documented_table_is_the_code_s() -> None:
    assert settings_table() in DOCUMENT.read_text(encoding="utf-8"), (
        "Write it anew: pentimento-server settings, into docs/operators/settings.md"
    )


@pytest.mark.parametrize("secret", [None, "short"])
def test_production_refuses_a_secret_that_everybody_knows(secret: str | None) -> None:
    given = {} if secret is None else {"secret_key": SecretStr(secret)}
    with pytest.raises(ValidationError, match="PENTIMENTO_SECRET_KEY"):
        Settings.model_validate({"environment": "production", **given})


def test_production_starts_with_a_secret_of_its_own() -> None:
    secret = SecretStr("a" * 40)
    assert Settings.model_validate({"environment": "production", "secret_key": secret}).secret_key == secret

"""What every contract shares: frozen, strict about unknown fields, equal by value."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A value that crosses a process or the network; unknown fields are refused, so that a typo is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

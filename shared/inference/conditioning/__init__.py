"""Makes all prompt embeddings; what samples is given nothing but these."""

from shared.inference.conditioning.conditioner import Conditioner, Conditioning
from shared.inference.conditioning.encoders import EncoderLayer, TextEncoder

__all__ = ["Conditioner", "Conditioning", "EncoderLayer", "TextEncoder"]

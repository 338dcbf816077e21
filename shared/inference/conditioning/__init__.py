"""Makes all prompt embeddings; what samples is given nothing but these."""

from shared.inference.conditioning.embeddings import Conditioning, make_conditioning

__all__ = ["Conditioning", "make_conditioning"]

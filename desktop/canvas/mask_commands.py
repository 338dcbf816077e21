"""Commands on the masks of layers."""

from desktop.canvas.document_state import DocumentState
from desktop.canvas.layers import LayerSnapshot
from desktop.canvas.masks import MaskSnapshot


class MaskCommands(DocumentState):
    def set_mask(self, layer_id: str, mask: MaskSnapshot | None, label: str = "Layer mask") -> None:
        """Give the layer this mask in place of any that it has; None takes it away.

        `masks` makes them: from a selection, from pixels, or plain (`MaskSnapshot()` shows everything).
        """
        layer = self.unlocked_layer(layer_id)
        if mask is None and layer.mask is None:
            return
        with self._edit(label):
            layer.set_mask(mask)
            layer.change(mask_enabled=True)

    def set_mask_enabled(self, layer_id: str, enabled: bool) -> None:  # noqa: FBT001  # the name says which way
        layer = self.layer(layer_id)
        if layer.mask is not None and layer.properties.mask_enabled != enabled:
            with self._edit("Enable mask" if enabled else "Disable mask"):
                layer.change(mask_enabled=enabled)

    def replace_masked(self, layer_id: str, masked: LayerSnapshot) -> None:
        """Put `merging.with_mask_applied` of the layer in its place: its pixels keep what the mask showed."""
        layer = self.unlocked_layer(layer_id)
        with self._edit("Apply mask"):
            layer.restore(masked)
